import Plan

/// Which of WireGuard's peers is which machine of the plan. WireGuard knows no names, so machines
/// are told apart by their endpoints: first exactly, then by address alone, as the port of a machine
/// behind NAT is its gateway's; what is left over at the end can only be the last machine behind NAT.
struct MeshMatch {
    private(set) var peers: [MatchedPeer] = []

    /// Nothing in `found` means that there is no interface.
    init(_ expected: [MeshPeer], in found: [WireGuardPeer]?, subnet: String) {
        guard let found, let network = IPv4Network(subnet) else {
            peers = expected.map { MatchedPeer(peer: $0, state: .noInterface) }
            return
        }
        var left = found
        var matches: [HostID: WireGuardPeer] = [:]
        func match(_ fits: (MeshPeer, WireGuardPeer) -> Bool) {
            for peer in expected where matches[peer.id] == nil {
                guard let index = left.firstIndex(where: { fits(peer, $0) }) else { continue }
                matches[peer.id] = left.remove(at: index)
            }
        }
        match { $1.endpoint == "\($0.address):\($0.port)" }
        match { $1.address == $0.address[...] }
        let hidden = expected.filter { $0.behindNAT && matches[$0.id] == nil }
        if hidden.count == 1, left.count == 1 { match { peer, _ in peer.behindNAT } }
        peers = expected.map { peer in
            guard let match = matches[peer.id] else {
                return MatchedPeer(peer: peer, state: .unknown)
            }
            let address = match.tunnelAddress(in: network)
            return MatchedPeer(peer: peer, state: address.map(MatchedPeer.State.at) ?? .noAddress)
        }
    }
}

/// A machine of the plan and what WireGuard knows of it.
struct MatchedPeer: Sendable {
    enum State: Sendable, Equatable {
        case noInterface
        case unknown
        case noAddress
        case at(String)
    }

    var peer: MeshPeer
    var state: State

    /// Tries to reach it; nothing where it answers.
    func probe(_ context: StepContext, mtu: Int) async -> Result<MeshGap?, StepFailure> {
        do {
            return .success(try await gap(context, mtu: mtu))
        } catch {
            return .failure(error)
        }
    }

    private func gap(_ context: StepContext, mtu: Int) async throws(StepFailure) -> MeshGap? {
        switch state {
        case .noInterface:
            return MeshGap(
                peer.id,
                "there is no interface \(WireGuardPeer.interface)",
                "See `k3s kubectl -n kube-system logs ds/kilo -c kilo` on the server."
            )
        case .unknown:
            return MeshGap(
                peer.id,
                "WireGuard has no peer with the endpoint \(peer.address):\(peer.port)",
                "See `wg show \(WireGuardPeer.interface)` here, and the annotations of that "
                    + "machine's node."
            )
        case .noAddress:
            return MeshGap(
                peer.id,
                "WireGuard routes no address of the mesh to it",
                "mesh.subnet in the plan and Kilo's --subnet must be the same."
            )
        case .at(let address):
            return try await gap(at: address, context, mtu: mtu)
        }
    }

    private func gap(
        at address: String,
        _ context: StepContext,
        mtu: Int
    ) async throws(StepFailure) -> MeshGap? {
        let ping = ["ping", "-q", "-c", "3", "-W", "2"]
        let small = try await context.run(Command(ping + [address], timeout: 20_000))
        guard small.status == 0 else {
            return MeshGap(
                peer.id,
                "no answer from \(address)",
                "Open UDP \(peer.port) between the machines, in the clouds' firewalls and in "
                    + "their own."
            )
        }
        // 20 bytes of IPv4 and 8 of ICMP belong to the packet as well.
        let size = "\(mtu - 28)"
        let full = try await context.run(
            Command(ping + ["-M", "do", "-s", size, address], timeout: 20_000)
        )
        guard full.status == 0 else {
            return MeshGap(
                peer.id,
                "\(address) answers, but not to packets of \(mtu) bytes",
                "The path carries less than \(mtu + 80) bytes: set mesh.mtu in the plan lower."
            )
        }
        return nil
    }
}

/// A machine that does not answer, and why.
struct MeshGap: Sendable, Equatable {
    var peer: HostID
    var what: String
    var remedy: String

    init(_ peer: HostID, _ what: String, _ remedy: String) {
        self.peer = peer
        self.what = what
        self.remedy = remedy
    }
}
