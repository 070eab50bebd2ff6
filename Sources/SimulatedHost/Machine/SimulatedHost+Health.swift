public import Steps

extension SimulatedHost: HealthSource {
    /// What a small server of a cloud with little to do would tell. Made up: nothing is measured.
    private static let simulatedFigures: HostHealth = {
        var figures = HostHealth()
        figures.load = 0.25
        figures.memoryTotal = 4_000_000_000
        figures.memoryAvailable = 2_500_000_000
        figures.diskTotal = 40_000_000_000
        figures.diskFree = 32_000_000_000
        return figures
    }()

    /// Made-up figures, and the K3s and the mesh that are played.
    public func health() async -> HostHealth {
        var health = Self.simulatedFigures
        await health.lookAtK3s(of: self)
        health.peers = (try? meshPeers()) ?? []
        return health
    }

    /// The others in the mesh. Packets flow all the time here, so a peer that can be reached has
    /// just shaken hands; by the real clock, as health is dated, for simulated time runs ahead.
    private func meshPeers() throws(HostFailure) -> [HostHealth.Peer] {
        guard look({ $0.packages["wireguard-tools"] }) != nil, let (own, mesh) = try mesh() else {
            return []
        }
        let unreachable = faults.unreachable
        let now = SimulatedClock.realNow() / 1000
        return mesh.members.filter { $0.node.name != own.node.name }.map { peer in
            HostHealth.Peer(
                publicKey: peer.node.key,
                endpoint: peer.endpoint,
                latestHandshake: unreachable.contains(peer.node.publicAddress) ? 0 : now
            )
        }
    }
}
