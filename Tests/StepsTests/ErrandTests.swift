import Plan
import SimulatedHost
import Testing

@testable import Steps

/// What operators ask machines for outside of rollouts.
struct ErrandTests {
    private func cluster() async throws -> SmallCluster {
        let cluster = try SmallCluster()
        try await cluster.run()
        return cluster
    }

    @Test func `a login is made anew each time, and stands in no command`() async throws {
        let cluster = try await cluster()
        let context = cluster.context(ThreeClouds.japan)
        let errand = MintDashboardToken(rights: .view, seconds: 3600)
        let first = try await errand.run(context)
        #expect(try await errand.run(context) != first)
        let command = try #require(cluster.host(ThreeClouds.japan).commands.last)
        #expect(
            command.argv.dropFirst(2) == [
                "create", "token", "isthmus-viewer", "-n", "headlamp", "--duration=3600s",
            ]
        )
        #expect(command.outputIsSecret)
        await #expect(throws: StepFailure.self) {
            try await MintDashboardToken(rights: .admin, seconds: 60).run(context)
        }
    }

    @Test func `without a dashboard there is no login, and the way to one is named`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.manifests.dashboard-namespace")
        let failure = await #expect(throws: StepFailure.self) {
            try await MintDashboardToken(rights: .view, seconds: 3600)
                .run(cluster.context(ThreeClouds.japan))
        }
        #expect(failure?.remedy.contains("\"provider\": \"headlamp\"") == true)
    }

    @Test func `the server tells the nodes, and each machine its peers`() async throws {
        let cluster = try await cluster()
        let answer = try await ReadMeshNodes().run(cluster.context(ThreeClouds.japan))
        let nodes = try #require(MeshReports.decode([MeshNodeReport].self, from: answer))
        #expect(nodes.map(\.name) == ["kube-chuncheon", "kube-japan", "kube-seoul"])
        #expect(nodes.map(\.region) == ["chuncheon", "japan", "seoul"])
        #expect(nodes.map(\.isReady) == [true, true, true])
        #expect(nodes.map(\.address).allSatisfy { $0.hasPrefix("10.4.0.") })
        #expect(nodes[1].endpoint == "203.0.113.11:51820")
        let view = try await ReadMeshPeers(subnet: "10.4.0.0/16")
            .run(cluster.context(ThreeClouds.seoul))
        let peers = try #require(MeshReports.decode([MeshPeerReport].self, from: view))
        #expect(Set(peers.map(\.key)) == Set([nodes[0].key, nodes[1].key]))
        #expect(peers.map(\.handshakeAge) == [0, 0])
        #expect(peers.compactMap(\.roundTrip).allSatisfy { $0 >= 10_000 })
    }

    @Test func `a machine outside the mesh has no peers`() async throws {
        let cluster = try SmallCluster()
        let view = try await ReadMeshPeers(subnet: "10.4.0.0/16")
            .run(cluster.context(ThreeClouds.seoul))
        #expect(MeshReports.decode([MeshPeerReport].self, from: view) == [])
    }

    @Test(
        arguments: [
            ("rtt min/avg/max/mdev = 0.045/0.060/0.075/0.015 ms", 60),
            ("x\nround-trip min/avg/max = 150.1/151.25/152 ms\n", 151_250),
            ("rtt min/avg/max/mdev = a/b/c/d ms", nil), ("3 packets transmitted", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func `ping's own words become microseconds`(output: String, mean: Int64?) {
        #expect(ReadMeshPeers.mean(in: output) == mean)
    }

    @Test func `a tunnel goes in the order that leaves nothing behind`() async throws {
        let cluster = try await cluster()
        let context = cluster.context(ThreeClouds.japan)
        let server = cluster.host(ThreeClouds.japan)
        let before = server.commands.count
        let names = try await RemoveTunnel().run(context)
        let told = String(decoding: names.reveal(), as: UTF8.self).split(separator: "\n")
        #expect(Set(told) == ["panel.example.com", "shop.example.com"])
        var deleted: [String] = []
        for command in server.commands.dropFirst(before) where command.argv.contains("delete") {
            deleted.append(command.argv[3] + " " + command.argv[4])
        }
        let controller = "cloudflare-tunnel-ingress-controller"
        #expect(deleted.count == 4)
        #expect(deleted.suffix(2) == ["helmchart \(controller)", "namespace \(controller)"])
        #expect(deleted.prefix(2).allSatisfy { $0.hasPrefix("ingress isthmus-") })
        // The dashboard stays, and what is gone is not asked for again.
        let page = try cluster.step("kube-japan.chart-ready.dashboard")
        #expect(await cluster.run(page).isUnchanged)
        #expect(try await RemoveTunnel().run(context) == Secret(""))
    }

    @Test func `errands survive their JSON, and unknown ones are permanent failures`() throws {
        let errand = MintDashboardToken(rights: .admin, seconds: 700)
        let bytes = try ErrandCatalog.encode(errand)
        let decoded = try ErrandCatalog.decode(kind: "dashboard-token", parameters: bytes)
        #expect(decoded as? MintDashboardToken == errand)
        for (kind, bytes) in [("make-coffee", bytes), ("dashboard-token", [0xff])] {
            let failure = #expect(throws: StepFailure.self) {
                try ErrandCatalog.decode(kind: kind, parameters: bytes)
            }
            #expect(failure?.isPermanent == true)
        }
    }
}
