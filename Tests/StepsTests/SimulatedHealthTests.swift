import Plan
import SimulatedHost
import Steps
import Testing

struct SimulatedHealthTests {
    @Test func `a fresh machine runs nothing and has figures`() async throws {
        let cluster = try SmallCluster()
        let health = await cluster.host(ThreeClouds.seoul).health()
        #expect(health.k3sUnit.isEmpty && health.k3sState.isEmpty && health.peers.isEmpty)
        #expect(health.memoryTotal > health.memoryAvailable && health.memoryAvailable > 0)
        #expect(health.diskTotal > health.diskFree && health.diskFree > 0)
    }

    @Test func `machines of a cluster tell their K3s and their peers`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let japan = await cluster.host(ThreeClouds.japan).health()
        #expect(japan.k3sUnit == "k3s.service" && japan.k3sState == "active")
        // Chuncheon is behind NAT, so nobody is told its public address.
        let endpoints = ["10.0.0.13:51820", "203.0.113.12:51820"]
        #expect(japan.peers.map(\.endpoint).sorted() == endpoints)
        #expect(japan.peers.allSatisfy { $0.latestHandshake > 0 && !$0.publicKey.isEmpty })
        let seoul = await cluster.host(ThreeClouds.seoul).health()
        #expect(seoul.k3sUnit == "k3s-agent.service" && seoul.k3sState == "active")
        #expect(seoul.peers.count == 2)
    }

    @Test func `a peer that nothing reaches never shook hands`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let seoul = cluster.host(ThreeClouds.seoul)
        seoul.faults.unreachable = [ThreeClouds.japan.publicAddress]
        let handshakes = await seoul.health().peers.map(\.latestHandshake)
        #expect(handshakes.count { $0 == 0 } == 1)
    }
}
