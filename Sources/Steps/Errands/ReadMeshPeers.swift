public import Plan

/// What a machine's WireGuard knows of the others, and how long they take to answer.
public struct ReadMeshPeers: Errand {
    /// `mesh-peers`.
    public static let kind = "mesh-peers"

    /// WireGuard's addresses.
    public var subnet: String

    /// Names the mesh.
    public init(subnet: String) {
        self.subnet = subnet
    }

    /// JSON: `[MeshPeerReport]`; empty where the machine is in no mesh.
    public func run(_ context: StepContext) async throws(StepFailure) -> Secret {
        let clock = try await context.require(Command(["date", "+%s"])).standardOutput
        let now = Int64(clock.filter(\.isNumber)) ?? 0
        let network = IPv4Network(subnet)
        let peers = try await WireGuardPeer.all(context) ?? []
        let reports = await withTaskGroup(of: (Int, MeshPeerReport).self) { group in
            for (place, peer) in peers.enumerated() {
                let address = network.flatMap { peer.tunnelAddress(in: $0) }
                group.addTask {
                    var report = MeshPeerReport(key: peer.key, endpoint: peer.endpoint ?? "")
                    if peer.handshake > 0 { report.handshakeAge = max(0, now - peer.handshake) }
                    if let address {
                        report.roundTrip = await Self.roundTrip(to: address, context)
                    }
                    return (place, report)
                }
            }
            var reports: [(Int, MeshPeerReport)] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return try MeshReports.encode(reports)
    }

    /// The mean of three answers in microseconds; nothing where none came.
    private static func roundTrip(to address: String, _ context: StepContext) async -> Int64? {
        let ping = Command(["ping", "-q", "-c", "3", "-W", "2", address], timeout: 15_000)
        guard let result = try? await context.probe(ping), result.status == 0 else { return nil }
        return mean(in: result.standardOutput)
    }

    /// `rtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms`, as iputils' ping ends with.
    static func mean(in output: String) -> Int64? {
        guard let line = output.split(separator: "\n").last(where: { $0.contains("min/avg/max") }),
            let figures = line.split(separator: "=").last?.split(separator: "/"),
            figures.count >= 3
        else { return nil }
        let words = figures[1].split(separator: ".")
        guard let whole = words.first.flatMap({ Int64($0) }), (0..<1_000_000).contains(whole) else {
            return nil
        }
        let fraction = words.count > 1 ? String(words[1]) : ""
        let thousandths = Int64((fraction + "000").prefix(3)) ?? 0
        return whole * 1000 + thousandths
    }
}

/// Another machine, as WireGuard here knows it.
public struct MeshPeerReport: Sendable, Equatable, Codable {
    /// Its public key.
    public var key: String
    /// Where packets to it go; empty where that is not known.
    public var endpoint: String
    /// Seconds since the last handshake; nothing where there was none.
    public var handshakeAge: Int64?
    /// Microseconds there and back through the mesh; nothing where it did not answer.
    public var roundTrip: Int64?

    /// Describes a peer.
    public init(
        key: String,
        endpoint: String,
        handshakeAge: Int64? = nil,
        roundTrip: Int64? = nil
    ) {
        self.key = key
        self.endpoint = endpoint
        self.handshakeAge = handshakeAge
        self.roundTrip = roundTrip
    }
}
