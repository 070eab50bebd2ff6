import Agent
import Plan
import Preflight
import Protocol
import SwiftProtobuf

/// Lets a plan's hosts probe each other: everyone opens a listener, pairs measure in the order of a
/// tournament, everyone closes again.
struct MatrixRun: Sendable {
    /// Whose hosts.
    let plan: ClusterPlan
    /// The way to their agents.
    let registry: NodeRegistry
    /// Where answers arrive.
    let questions: NodeQuestions

    /// Rounds of the tournament that are played at the same time, and so how many partners a host has at
    /// once at most: 50 hosts are through in less than half a minute, and none sends more than 2,000
    /// small packets a second.
    static let width = 4
    /// Milliseconds that all of it may take; what is left then is left out.
    static let limit: Int64 = 120_000
    /// Milliseconds that an agent may take to open or close, and to measure one way.
    private static let limits = (opening: Int64(10_000), measuring: Int64(30_000))
    /// The port of K3s' servers.
    private static let serverPort = 6443

    /// Measures every way; each is told as it is known.
    func run(
        tell: (PathMatrix.Way, PathMatrix.Result) async throws -> Void
    ) async rethrows -> PathMatrix {
        let opened = await open()
        var matrix = PathMatrix()
        let begun = ContinuousClock.now
        let rounds = Tournament(plan.hosts.map(\.id)).rounds
        var place = 0
        while place < rounds.count {
            let pairs = rounds[place..<min(place + Self.width, rounds.count)].flatMap(\.self)
            place += Self.width
            let isLate = ContinuousClock.now - begun > .milliseconds(Self.limit)
            for (way, result) in await results(of: pairs, opened, isLate: isLate) {
                matrix[way] = result
                try await tell(way, result)
            }
        }
        await close(opened.keys)
        return matrix
    }

    private typealias Opened = [HostID: ListeningReport]

    /// Hosts that listen, or say why not. The key is new in every run, goes over mutual TLS, and lives in
    /// memory only.
    private func open() async -> Opened {
        var generator = SystemRandomNumberGenerator()
        let key = Secret((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let order = ListeningOrder(
            udpPort: plan.mesh.port,
            tcpPort: Self.serverPort,
            key: key,
            duration: Self.limit + 60_000
        )
        let wire = WireListeningOrder(order)
        return await withTaskGroup(of: (HostID, ListeningReport?).self) { group in
            for host in plan.hosts.map(\.id) where canProbe(host) {
                group.addTask {
                    let answer = await questions.ask(
                        host,
                        .listening(wire),
                        over: registry,
                        within: Self.limits.opening
                    )
                    guard case .listening(let report)? = answer?.kind else { return (host, nil) }
                    return (host, ListeningReport(report))
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func canProbe(_ host: HostID) -> Bool {
        registry.sessions[host]?.probes.isSuperset(of: ["listening", "path"]) == true
    }

    private func close(_ hosts: some Collection<HostID> & Sendable) async {
        await withDiscardingTaskGroup { group in
            for host in hosts {
                group.addTask {
                    _ = await questions.ask(
                        host,
                        .listeningEnd(WireListeningEnd()),
                        over: registry,
                        within: Self.limits.opening
                    )
                }
            }
        }
    }

    /// Both ways of each pair, all at the same time.
    private func results(
        of pairs: [Tournament<HostID>.Pair],
        _ opened: Opened,
        isLate: Bool
    ) async -> [(PathMatrix.Way, PathMatrix.Result)] {
        let ways = pairs.flatMap {
            [
                PathMatrix.Way(from: $0.first, to: $0.second),
                PathMatrix.Way(from: $0.second, to: $0.first),
            ]
        }
        return await withTaskGroup(of: (PathMatrix.Way, PathMatrix.Result).self) { group in
            for way in ways {
                guard let host = plan.hosts.first(where: { $0.id == way.to }) else { continue }
                group.addTask {
                    isLate
                        ? (way, .skipped("there was no time left"))
                        : (way, await result(of: way, to: host, opened))
                }
            }
            var results: [(PathMatrix.Way, PathMatrix.Result)] = []
            for await result in group { results.append(result) }
            return results.sorted { ($0.0.from, $0.0.to) < ($1.0.from, $1.0.to) }
        }
    }

    private func result(
        of way: PathMatrix.Way,
        to host: PlannedHost,
        _ opened: Opened
    ) async -> PathMatrix.Result {
        guard opened[way.from] != nil else {
            return .skipped("the agent of \(way.from) cannot probe")
        }
        guard let listening = opened[way.to] else {
            return .skipped("the agent of \(way.to) cannot listen")
        }
        var order = PathOrder(
            address: host.publicAddress,
            udpPort: plan.mesh.port,
            tcpPort: Self.serverPort
        )
        if !listening.udpRefusal.isEmpty { order.udpPort = 0 }
        // Whoever has the port takes the connection just as well.
        if !listening.tcpRefusal.isEmpty, listening.tcpRefusal != ListeningReport.taken {
            order.tcpPort = 0
        }
        guard order.udpPort != 0 || order.tcpPort != 0 && host.role == .server else {
            return .skipped(Self.reason(listening, on: way.to, port: plan.mesh.port))
        }
        let answer = await questions.ask(
            way.from,
            .path(WirePathOrder(order)),
            over: registry,
            within: Self.limits.measuring
        )
        guard case .path(let path)? = answer?.kind else {
            return .skipped("the agent of \(way.from) did not answer")
        }
        return .measured(PathMeasurement(path))
    }

    private static func reason(_ report: ListeningReport, on host: HostID, port: Int) -> String {
        report.udpRefusal == ListeningReport.taken
            ? "\(port)/udp of \(host) is taken, by WireGuard where the cluster runs"
            : "\(host) cannot listen: \(report.udpRefusal)"
    }
}

extension WirePreflightPath {
    /// A way on the wire.
    init(_ way: PathMatrix.Way, _ result: PathMatrix.Result) {
        self.init()
        from = way.from.description
        to = way.to.description
        switch result {
        case .measured(let path): measurement = WirePathMeasurement(path)
        case .skipped(let reason): skipped = reason
        }
    }
}

extension WirePreflightAdvice {
    /// A choice on the wire.
    init(_ advice: Advice) {
        self.init()
        host = advice.host?.description ?? ""
        subject = advice.subject.rawValue
        words = advice.words
        reason = advice.reason
    }
}
