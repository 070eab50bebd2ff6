import Plan
import SimulatedHost
import Steps
import Testing

/// What the operator reads when something goes wrong.
struct FailureTests {
    @Test func `a K3s that never becomes ready shows its journal`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.japan).faults.k3sNeverReady = true
        let failure = try await failure(of: "kube-japan.k3s-server", in: cluster)
        #expect(failure.message == "k3s.service was not ready within 290 seconds")
        #expect(failure.details.contains { $0.contains("Waiting for API server") })
        #expect(failure.remedy.contains("journalctl -u k3s"))
        #expect(!failure.isPermanent)
    }

    @Test func `a K3s that ends again and again is not waited for`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.japan).faults.k3sCrashes = true
        let failure = try await failure(of: "kube-japan.k3s-server", in: cluster)
        #expect(failure.message == "k3s.service ended 3 times after its start")
        #expect(failure.details.contains { $0.contains("simulated crash") })
    }

    @Test func `K3s starts with the plan's own keys, and says which it does not know`() async throws
    {
        var settings = K3sSettings(version: "v1.34.3+k3s1")
        settings.serverConfig = ["kube-apiserver-arg": .list(["audit-log-maxage=7"])]
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.k3s-server")
        let node = NodeRegistration(ThreeClouds.japan)
        let started = await StepRun.apply(
            RunK3sServer(node: node, settings: settings),
            cluster.context(ThreeClouds.japan)
        )
        #expect(started.failure == nil)
        settings.serverConfig["kubelet-args"] = .list([])
        let refused = await StepRun.apply(
            RunK3sServer(node: node, settings: settings),
            cluster.context(ThreeClouds.japan)
        )
        let details = try #require(refused.failure).details
        #expect(details.contains { $0.contains("flag provided but not defined: -kubelet-args") })
    }

    @Test func `a full disk is permanent and says where`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.seoul).faults.diskFull = true
        let failure = try await failure(of: "kube-seoul.artifact.k3s", in: cluster)
        #expect(failure.message.contains("/usr/local/bin/k3s"))
        #expect(failure.message.contains("no space left"))
        #expect(failure.remedy.contains("Free space"))
        #expect(failure.isPermanent)
        #expect(try await cluster.text("/usr/local/bin/k3s", on: ThreeClouds.seoul) == nil)
    }

    @Test func `bytes that are not those of the hash never run`() async throws {
        let cluster = try SmallCluster()
        let hash = String(repeating: "0", count: 64)
        let source = FixedSource(files: [hash: ThreeClouds.binary])
        let host = cluster.host(ThreeClouds.seoul)
        let step = PlaceArtifact(name: "K3s", sha256: hash, path: "/usr/bin/k3s", mode: 0o755)
        let outcome = await StepRun.apply(step, StepContext(host: host, artifacts: source))
        let failure = try #require(outcome.failure)
        #expect(failure.isPermanent)
        #expect(failure.remedy.contains("sha256"))
        #expect(try await host.read("/usr/bin/k3s") == nil)
    }

    @Test func `packages that cannot be had show what apt said`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.seoul).faults.missingPackages = ["wireguard-tools"]
        let failure = try await failure(of: "kube-seoul.wireguard-tools", in: cluster)
        #expect(failure.message.hasPrefix("could not install wireguard-tools"))
        #expect(failure.details == ["E: Unable to locate package wireguard-tools"])
        #expect(failure.isPermanent)
    }

    @Test func `a node of an earlier machine has to be deleted first`() async throws {
        let first = try SmallCluster()
        try await first.run()
        // The same machine, re-imaged: nothing on it, while the cluster still has its node.
        let blank = try SimulatedHost(id: "kube-seoul", internet: first.internet)
        let outcome = await StepRun.check(
            try first.step("kube-seoul.k3s-join-token").step,
            first.context(ThreeClouds.japan)
        )
        #expect(outcome.isUnchanged)
        let context = StepContext(host: blank, artifacts: ThreeClouds.source)
        for id in ["kube-seoul.artifact.k3s", "kube-seoul.artifact.install-script"] {
            #expect(await StepRun.apply(try first.step(id).step, context).failure == nil)
        }
        let agent = try first.step("kube-seoul.k3s-agent").step
        let failure = try #require(await StepRun.apply(agent, context).failure)
        #expect(failure.message.contains("already has a node kube-seoul"))
        #expect(failure.remedy.contains("k3s kubectl delete node kube-seoul"))
        #expect(failure.isPermanent)
    }

    @Test func `an agent that does not reach its server says what to open`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-seoul.k3s-agent")
        try await cluster.host(ThreeClouds.japan).perform(.stop, on: "k3s.service")
        let outcome = await cluster.run(try cluster.step("kube-seoul.k3s-agent"))
        let failure = try #require(outcome.failure)
        #expect(failure.details.contains { $0.contains("connection refused") })
        #expect(failure.remedy.contains("TCP 6443"))
        #expect(!failure.isPermanent)
    }

    @Test func `a clock that is wrong is named`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.seoul).faults.clockSkew = 120_000
        let failure = try await failure(of: "kube-seoul.nodes-ready", in: cluster)
        #expect(failure.message.hasPrefix("not in the mesh after"))
        #expect(failure.details.contains { $0.contains("ahead of the server's clock") })
        #expect(failure.remedy.contains("timedatectl"))
    }

    @Test func `gaps in the mesh are named by their pairs`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.seoul).faults.unreachable = [ThreeClouds.japan.publicAddress]
        let failure = try await failure(of: "kube-seoul.mesh-proof", in: cluster)
        #expect(failure.message == "the mesh has gaps: kube-seoul to kube-japan")
        #expect(failure.details == ["kube-seoul to kube-japan: no answer from 10.4.0.2"])
        #expect(failure.remedy.contains("UDP 51820"))
    }

    @Test func `a path that loses full packets is told from one that loses all`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.seoul).faults.pathMTU = 1400
        let failure = try await failure(of: "kube-seoul.mesh-proof", in: cluster)
        #expect(failure.details.contains { $0.contains("not to packets of 1420 bytes") })
        #expect(failure.remedy.contains("mesh.mtu"))
    }

    @Test(arguments: [Int.min, 67, 65_536, Int.max])
    func `packets of a size that IPv4 does not know are refused`(mtu: Int) async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let planned = try cluster.step("kube-seoul.mesh-proof").step
        var proof = try #require(planned as? ProveMesh)
        proof.mtu = mtu
        let outcome = await StepRun.check(proof, cluster.context(ThreeClouds.seoul))
        #expect(outcome.failure?.message.contains("packets of \(mtu) bytes") == true)
        #expect(outcome.failure?.isPermanent == true)
    }

    @Test func `a program's complaint is shown without its secrets`() async throws {
        let cluster = try SmallCluster()
        let token = "K10" + String(repeating: "ab", count: 32) + "::abcdef.0123456789abcdef"
        cluster.host(ThreeClouds.japan).faults.programs = [
            ProgramFault(
                argv: ["sh"],
                status: 1,
                complaint: "token \"\(token)\" refused\nBearer abcd efgh\nplain words\n"
            )
        ]
        let failure = try await failure(of: "kube-japan.k3s-server", in: cluster)
        #expect(
            failure.details == [
                "token \"<redacted>\" refused", "Bearer <redacted> efgh", "plain words",
            ]
        )
        #expect(failure.message.hasSuffix("ended with status 1"))
    }

    @Test func `a program that takes too long is told`() async throws {
        let cluster = try SmallCluster()
        cluster.host(ThreeClouds.seoul).faults.programs = [
            ProgramFault(argv: ["hostnamectl"], delay: 1_000_000)
        ]
        let failure = try await failure(of: "kube-seoul.hostname", in: cluster)
        #expect(failure.message.contains("hostnamectl did not end in 60 s"))
    }

    @Test func `what a simulated machine does not know it refuses`() async throws {
        let host = try SimulatedHost(id: "one", internet: SimulatedInternet())
        for argv in [["rm", "-rf", "/"], ["date"], ["hostnamectl", "status"], []] {
            let failure = await #expect(throws: HostFailure.self) {
                try await host.run(Command(argv))
            }
            #expect(failure?.code == .notSimulated)
        }
    }

    /// Runs a cluster up to the step, which has to fail.
    private func failure(of id: String, in cluster: SmallCluster) async throws -> StepFailure {
        try await cluster.run()
        let (last, outcome) = try #require(cluster.outcomes.last)
        let failure = try #require(outcome.failure, "\(last) did not fail")
        guard last.description != id else { return failure }
        // A fault of the whole machine meets an earlier step first; the one that is meant runs alone.
        return try #require(await cluster.run(try cluster.step(id)).failure)
    }
}
