import Plan
import Preflight
import Testing

/// Who probes whom when, and what follows from it.
struct MatrixTests {
    @Test(arguments: 0...51)
    func `everyone meets everyone once, and nobody two at a time`(count: Int) {
        let rounds = Tournament(Array(0..<count)).rounds
        let met = rounds.flatMap(\.self).map { Set([$0.first, $0.second]) }
        #expect(met.count == count * (count - 1) / 2 || count < 2)
        #expect(Set(met).count == met.count)
        for round in rounds {
            let players = round.flatMap { [$0.first, $0.second] }
            #expect(Set(players).count == players.count)
        }
        #expect(rounds.count == (count < 2 ? 0 : count % 2 == 0 ? count - 1 : count))
    }

    @Test func `good ways pass every check and say what to choose`() throws {
        let scene = try Scene()
        let findings = scene.findings
        #expect(findings.allSatisfy { $0.verdict == .passed }, "\(findings)")
        #expect(Set(findings.map(\.check)) == Set(Self.checks))
        let words = scene.advice.map {
            "\($0.subject.rawValue) \($0.host?.description ?? "all"): \($0.words)"
        }
        #expect(
            words == [
                "force-endpoint kube-japan: 203.0.113.11:51820",
                "force-endpoint kube-seoul: 203.0.113.12:51820",
                "force-endpoint kube-chuncheon: 203.0.113.13:51820",
                "mtu all: 1420, as planned",
                "servers all: kube-japan, kube-seoul, kube-chuncheon",
                "best-server kube-japan: is best placed as a server",
            ]
        )
    }

    private static let checks = CheckDescription.all.filter { $0.group == .paths }.map(\.check)

    @Test func `a datagram that is blocked one way is found on that way only`() throws {
        var scene = try Scene()
        scene.change("kube-seoul", "kube-japan") { path in
            path.answered = 0
            path.roundTrip = nil
            path.pathMTU = nil
            path.complaint = "host unreachable, or prohibited by a firewall"
        }
        let bad = scene.findings.filter { $0.verdict != .passed }
        #expect(bad.map(\.check) == [.wireGuardPath])
        let finding = try #require(bad.first)
        #expect("\(finding.host) \(finding.peer?.description ?? "")" == "kube-seoul kube-japan")
        #expect(finding.verdict == .failed)
        #expect(finding.observed.contains("prohibited by a firewall"))
        #expect(finding.remedy.contains("security list"))
        #expect(
            !scene.advice.contains { $0.subject == .servers && $0.words.contains("kube-japan") }
        )
    }

    @Test func `a host that nobody reaches is named once`() throws {
        var scene = try Scene()
        for from in ["kube-japan", "kube-chuncheon"] {
            scene.change(from, "kube-seoul") { path in
                path.answered = 0
                path.roundTrip = nil
            }
        }
        let bad = scene.findings.filter { $0.verdict == .failed }
        #expect(bad.map { "\($0.host) \($0.check.rawValue)" } == ["kube-seoul udp-wireguard"])
        #expect(bad.first?.observed.contains("none of the 2 others") == true)
        let keepalive = scene.advice.first { $0.subject == .keepalive }
        #expect(keepalive?.host?.description == "kube-seoul")
    }

    @Test func `a path that carries less than the mesh needs fails, and the MTU is worked out`()
        throws
    {
        var scene = try Scene()
        scene.change("kube-japan", "kube-seoul") { $0.pathMTU = 1400 }
        let bad = scene.findings.filter { $0.verdict != .passed }
        #expect(bad.map(\.check) == [.pathMTU])
        #expect(bad.first?.verdict == .failed)
        #expect(bad.first?.observed == "1400 bytes; the mesh needs 1480")
        #expect(bad.first?.remedy.contains("mesh.mtu to 1320") == true)
        #expect(scene.advice.first { $0.subject == .mtu }?.words == "1320 instead of 1420")
    }

    @Test(arguments: [(218, Verdict.passed), (213, .warning), (180, .warning)])
    func `loss is told from one percent on`(answered: Int, verdict: Verdict) throws {
        var scene = try Scene()
        scene.change("kube-japan", "kube-seoul") { $0.answered = answered }
        let loss = scene.findings.filter { $0.check == .packetLoss && $0.verdict != .passed }
        #expect(loss.map(\.verdict) == (verdict == .passed ? [] : [verdict]))
        #expect(!scene.findings.contains { $0.verdict == .failed })
    }

    @Test(arguments: [PathMeasurement.Connection.refused, .silent, .unreachable])
    func `a server that is not reached by TCP fails`(connection: PathMeasurement.Connection) throws
    {
        var scene = try Scene()
        scene.change("kube-seoul", "kube-japan") { $0.connection = connection }
        // An agent is nobody's server.
        scene.change("kube-seoul", "kube-chuncheon") { $0.connection = .refused }
        let bad = scene.findings.filter { $0.verdict != .passed }
        #expect(bad.map(\.check) == [.serverPath])
        #expect(bad.first?.observed == "TCP 6443 is \(connection.rawValue)")
        #expect(scene.advice.first { $0.subject == .servers }?.words == "kube-seoul")
    }

    @Test func `another address or wandering ports are told`() throws {
        var scene = try Scene()
        scene.change("kube-japan", "kube-seoul") {
            $0.seen = .init(address: "198.51.100.7", port: 1)
        }
        scene.change("kube-chuncheon", "kube-seoul") { $0.seen?.port = 40_001 }
        let bad = scene.findings.filter { $0.verdict != .passed }
        #expect(
            bad.map { "\($0.host) \($0.verdict.rawValue)" } == [
                "kube-japan warning", "kube-chuncheon warning",
            ]
        )
    }

    @Test func `what was not measured is unknown, with the reason`() throws {
        var scene = try Scene()
        scene.skip("WireGuard has the port: the cluster runs")
        #expect(scene.findings.allSatisfy { $0.verdict == .skipped })
        #expect(scene.findings.allSatisfy { $0.observed.hasPrefix("WireGuard has the port") })
        #expect(scene.advice.allSatisfy { $0.subject == .forceEndpoint })
    }

    @Test func `times are read off the middle and the end`() {
        let time = PathMeasurement.RoundTrip(of: (1...20).map { Int64($0) * 1000 }.shuffled())
        #expect(time == .init(shortest: 1000, median: 11_000, late: 20_000))
        #expect(PathMeasurement.RoundTrip(of: []) == nil)
    }
}

/// Three hosts with good ways between them.
private struct Scene {
    let cluster: Cluster
    var matrix = PathMatrix()

    init() throws {
        cluster = try Cluster(third: true)
        for from in cluster.plan.hosts {
            for to in cluster.plan.hosts where from.id != to.id {
                let isFar = from.role == .agent && to.role == .agent
                matrix[.init(from: from.id, to: to.id)] = .measured(Self.good(from, isFar))
            }
        }
    }

    private static func good(_ from: PlannedHost, _ isFar: Bool) -> PathMeasurement {
        var path = PathMeasurement()
        path.sent = 220
        path.answered = 220
        let time: Int64 = isFar ? 80_000 : 35_000
        path.roundTrip = .init(shortest: time, median: time + 500, late: time + 2000)
        path.pathMTU = 1500
        path.seen = .init(address: from.publicAddress, port: 40_000)
        path.ownPort = 40_000
        path.connection = .open
        return path
    }

    var findings: [Finding] { PathChecks(cluster.plan, matrix).findings() }
    var advice: [Advice] { PathDecisions(cluster.plan, matrix, cluster.seen).all() }

    private func id(_ name: String) -> HostID? { HostID(name) }

    mutating func change(_ from: String, _ to: String, _ body: (inout PathMeasurement) -> Void) {
        guard let from = id(from), let to = id(to),
            var path = matrix.measurement(.init(from: from, to: to))
        else { return }
        body(&path)
        matrix[.init(from: from, to: to)] = .measured(path)
    }

    mutating func skip(_ reason: String) {
        for way in matrix.results.keys { matrix[way] = .skipped(reason) }
    }
}
