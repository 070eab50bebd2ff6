public import Plan

/// Proves that this machine reaches all others over WireGuard, with small packets and with full ones
/// that may not be split. Changes nothing: all it does is look, again and again.
public struct ProveMesh: Step {
    /// `mesh-proof`.
    public static let kind = "mesh-proof"

    /// This machine.
    public var host: HostID
    /// All other machines.
    public var peers: [MeshPeer]
    /// WireGuard's addresses.
    public var subnet: String
    /// Bytes that a packet inside the mesh may have.
    public var mtu: Int

    /// Describes the mesh as this machine should see it.
    public init(host: HostID, peers: [MeshPeer], subnet: String, mtu: Int) {
        self.host = host
        self.peers = peers
        self.subnet = subnet
        self.mtu = mtu
    }

    /// `prove the mesh`.
    public var title: String { "prove the mesh" }

    /// It only looks.
    public var disruption: Disruption { .none }

    /// Satisfied where every peer answers.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let gaps = try await gaps(context)
        guard !gaps.isEmpty else { return .satisfied }
        return .changes(
            gaps.map {
                .setting(name: "\(host) to \($0.peer)", before: $0.what, after: "answers")
            }
        )
    }

    /// Tries again until the deadline, for handshakes take their time; then names the pairs.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let deadline = Deadline(context)
        var last: [MeshGap] = []
        let done: Bool? = try await context.poll(every: 2000, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            let gaps = try await gaps(context)
            if gaps != last {
                for gap in gaps { context.report("\(host) to \(gap.peer): \(gap.what)") }
            }
            last = gaps
            return gaps.isEmpty ? true : nil
        }
        guard done == nil else { return [:] }
        throw StepFailure(
            "the mesh has gaps: " + last.map { "\(host) to \($0.peer)" }.joined(separator: ", "),
            details: last.map { "\(host) to \($0.peer): \($0.what)" },
            remedy: last.first?.remedy ?? ""
        )
    }

    /// `apply` has seen every peer answer; there is nothing more to see.
    public func verify(_ context: StepContext) async throws(StepFailure) {}

    /// What every path carries, to the longest packet (RFC 791 section 3.1).
    private static let mtus = 68...65_535

    private func gaps(_ context: StepContext) async throws(StepFailure) -> [MeshGap] {
        guard !peers.isEmpty else { return [] }
        guard Self.mtus.contains(mtu) else {
            throw StepFailure(
                "packets of \(mtu) bytes cannot be: IPv4 knows \(Self.mtus.lowerBound) to "
                    + "\(Self.mtus.upperBound)",
                remedy: "Install the coordinator's release of isthmus-agent on the machine.",
                isPermanent: true
            )
        }
        let matched = MeshMatch(peers, in: try await WireGuardPeer.all(context), subnet: subnet)
        let mtu = mtu
        let results = await withTaskGroup(of: (Int, Result<MeshGap?, StepFailure>).self) { group in
            for (index, peer) in matched.peers.enumerated() {
                group.addTask { (index, await peer.probe(context, mtu: mtu)) }
            }
            var results: [(Int, Result<MeshGap?, StepFailure>)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var gaps: [MeshGap] = []
        for result in results {
            if let gap = try result.get() { gaps.append(gap) }
        }
        return gaps
    }
}

/// Another machine of the mesh.
public struct MeshPeer: Sendable, Equatable, Codable {
    /// Its key in the plan.
    public var id: HostID
    /// The address that others reach it at.
    public var address: String
    /// WireGuard's port there.
    public var port: Int
    /// Whether its endpoint is discovered, so that it may differ from address and port.
    public var behindNAT: Bool

    /// Describes a machine.
    public init(id: HostID, address: String, port: Int, behindNAT: Bool) {
        self.id = id
        self.address = address
        self.port = port
        self.behindNAT = behindNAT
    }
}
