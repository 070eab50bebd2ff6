public import Plan

/// Something to be chosen, and why.
public struct Advice: Sendable, Equatable {
    /// What is chosen: `force-endpoint`, `keepalive`, `mtu`, `servers` or `best-server`.
    public enum Subject: String, Sendable, Hashable, CaseIterable {
        /// The address that the others are told to reach a host at.
        case forceEndpoint = "force-endpoint"
        /// Whether a host keeps its way open from inside.
        case keepalive
        /// Bytes of a packet in the mesh.
        case mtu
        /// Which hosts can be K3s' servers.
        case servers
        /// Which host is best placed to be one.
        case bestServer = "best-server"
    }

    /// What is chosen.
    public var subject: Subject
    /// For which host; nothing for the whole cluster.
    public var host: HostID?
    /// The choice.
    public var words: String
    /// Why.
    public var reason: String
}

/// What follows from what was measured.
public struct PathDecisions: Sendable {
    private let plan: ClusterPlan
    private let matrix: PathMatrix
    private let seen: [HostID: HostObservation]

    /// Decisions for a plan, from its ways and what is known of its hosts.
    public init(_ plan: ClusterPlan, _ matrix: PathMatrix, _ seen: [HostID: HostObservation]) {
        self.plan = plan
        self.matrix = matrix
        self.seen = seen
    }

    /// What the mesh's MTU has to be for a path: 80 less, which is WireGuard over IPv6 and what Kilo takes.
    public static func meshMTU(for path: Int) -> Int { max(1280, path - 80) }

    /// All of them.
    public func all() -> [Advice] {
        plan.hosts.flatMap { [endpoint(of: $0), keepalive(of: $0)].compactMap(\.self) }
            + [mtu, servers, bestServer].compactMap(\.self)
    }

    private func endpoint(of host: PlannedHost) -> Advice? {
        guard !host.behindNAT else { return nil }
        let isOnInterface = seen[host.id].map { $0.interface(with: host.publicAddress) != nil }
        return Advice(
            subject: .forceEndpoint,
            host: host.id,
            words: "\(host.publicAddress):\(plan.mesh.port)",
            reason: isOnInterface == false
                ? "its gateway translates 1:1, and Kilo would announce the private address"
                : "the plan's public address"
        )
    }

    private func keepalive(of host: PlannedHost) -> Advice? {
        if host.behindNAT {
            return Advice(
                subject: .keepalive,
                host: host.id,
                words: "\(plan.mesh.natKeepalive) s",
                reason: "the plan says that it is behind NAT"
            )
        }
        let incoming = matrix.partners(of: host.id, incoming: true).filter(\.path.hasDatagrams)
        let outgoing = matrix.partners(of: host.id, incoming: false).filter(\.path.hasDatagrams)
        guard !incoming.isEmpty, incoming.allSatisfy({ $0.path.answered == 0 }),
            outgoing.contains(where: \.path.isOpen)
        else { return nil }
        return Advice(
            subject: .keepalive,
            host: host.id,
            words: "set behindNAT: true, or open UDP \(plan.mesh.port)",
            reason: "it reaches others, and nobody reaches it"
        )
    }

    private var mtu: Advice? {
        let paths = matrix.results.compactMap { way, result -> (PathMatrix.Way, Int)? in
            guard case .measured(let path) = result, let mtu = path.pathMTU else { return nil }
            return (way, mtu)
        }
        guard let (way, smallest) = paths.min(by: { $0.1 < $1.1 }) else { return nil }
        let fits = plan.mesh.mtu + PathChecks.overhead <= smallest
        return Advice(
            subject: .mtu,
            host: nil,
            words: fits
                ? "\(plan.mesh.mtu), as planned"
                : "\(Self.meshMTU(for: smallest)) instead of "
                    + "\(plan.mesh.mtu)",
            reason: "the smallest path, \(way.from) to \(way.to), carries \(smallest) bytes"
        )
    }

    /// Those that every other host reaches, by datagram and by connection.
    private var able: [HostID] {
        plan.hosts.map(\.id).filter { host in
            let ways = matrix.partners(of: host, incoming: true)
            return !ways.isEmpty
                && ways.allSatisfy { $0.path.connection == .open && $0.path.isOpen }
        }
    }

    private var servers: Advice? {
        let able = able
        guard !able.isEmpty else { return nil }
        return Advice(
            subject: .servers,
            host: nil,
            words: Amount.list(able.map(\.description), limit: 10),
            reason: "every other host reaches their TCP 6443 and UDP \(plan.mesh.port)"
        )
    }

    private var bestServer: Advice? {
        let worst = able.compactMap { host -> (host: HostID, time: Int64)? in
            matrix.partners(of: host, incoming: true).compactMap(\.path.roundTrip?.median).max()
                .map { (host, $0) }
        }
        guard worst.count > 1, let best = worst.min(by: { ($0.time, $0.host) < ($1.time, $1.host) })
        else { return nil }
        return Advice(
            subject: .bestServer,
            host: best.host,
            words: "is best placed as a server",
            reason: "none of the others is further than "
                + Amount.milliseconds(ofMicroseconds: best.time)
        )
    }
}
