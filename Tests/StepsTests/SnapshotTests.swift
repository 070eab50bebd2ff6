import Plan
import SimulatedHost
import Steps
import Testing
import Trust

/// The first snapshot and its sealed copies.
struct SnapshotTests {
    @Test func `the coordinator gets the token and the snapshot, and only the operator opens them`()
        async throws
    {
        let cluster = try SmallCluster()
        try await cluster.run()
        let copies = cluster.deposits.all
        #expect(
            copies.keys.sorted().map { $0.split(separator: ".").last } == ["snapshot", "token"]
        )
        let token = try #require(
            try await cluster.text("/var/lib/rancher/k3s/server/token", on: ThreeClouds.japan)
        )
        for (name, sealed) in copies {
            #expect(!String(decoding: sealed, as: UTF8.self).contains("server:"))
            let opened = try SealedBox.open(sealed, with: ThreeClouds.recovery.key)
            let text = String(decoding: opened.reveal(), as: UTF8.self)
            #expect(name.hasSuffix("token") ? text == token : text.contains("kube-chuncheon"))
            let stranger = try SealedBox.make(name: "stranger", now: 1_800_000_000_000)
            #expect(throws: TrustFailure.self) {
                try SealedBox.open(sealed, with: stranger.key)
            }
        }
    }

    @Test func `a second rollout takes no other, also after K3s has thrown the first away`()
        async throws
    {
        let cluster = try SmallCluster()
        try await cluster.run()
        let machine = cluster.host(ThreeClouds.japan)
        let saves = { machine.commands.count { $0.argv.starts(with: ["k3s", "etcd-snapshot"]) } }
        #expect(saves() == 1)
        #expect(await cluster.run(try cluster.step("kube-japan.k3s-snapshot")).isUnchanged)
        #expect(saves() == 1)
    }

    @Test func `what was cut off before its copy arrived is not taken twice`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.k3s-snapshot")
        let planned = try cluster.step("kube-japan.k3s-snapshot")
        let machine = cluster.host(ThreeClouds.japan)
        let lost = StepContext(host: machine, artifacts: ThreeClouds.source, deposits: Refusal())
        let failure = await StepRun.apply(planned.step, lost).failure
        #expect(failure?.details == ["the disk is full"])
        #expect(await cluster.run(planned).failure == nil)
        #expect(machine.commands.count { $0.argv.starts(with: ["k3s", "etcd-snapshot"]) } == 1)
    }

    @Test func `a snapshot that K3s cannot take is told with its words`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.k3s-snapshot")
        var faults = SimulatedFaults()
        faults.programs = [
            ProgramFault(argv: ["k3s", "etcd-snapshot"], status: 1, complaint: "no space left")
        ]
        cluster.host(ThreeClouds.japan).faults = faults
        let failure = await cluster.run(try cluster.step("kube-japan.k3s-snapshot")).failure
        #expect(failure?.message == "k3s etcd-snapshot save ended with status 1")
        #expect(failure?.details == ["no space left"])
        #expect(cluster.deposits.all.count == 1)
    }
}

/// Takes the token, and has no room for the snapshot.
private struct Refusal: DepositSink {
    func holds(_ name: String) async throws(HostFailure) -> Bool { name.hasSuffix("token") }

    func deposit(_ name: String, _ body: @escaping DepositBody) async throws(HostFailure) {
        try await body { _ throws(HostFailure) in }
        throw HostFailure(.other, "the coordinator did not take it", details: ["the disk is full"])
    }
}
