import Plan
import PlanFile
import Preflight
import Testing

struct HostCheckTests {
    @Test func `a good host passes every check`() throws {
        let cluster = try Cluster()
        let findings = cluster.findings()
        #expect(findings.allSatisfy { $0.verdict == .passed }, "\(findings)")
        let hosts = CheckDescription.all.filter { $0.group != .paths }.map(\.check)
        #expect(findings.filter { $0.host == cluster.server }.map(\.check) == hosts)
    }

    /// What each fault does to the one host that has it.
    @Test(arguments: [
        Fault("os", .failed) { $0.distribution = "fedora" },
        Fault("os", .warning) { $0.distributionVersion = "11" },
        Fault("arch", .failed) { $0.architecture = "riscv64" },
        Fault("systemd", .failed) { $0.isSystemd = false },
        Fault("root", .failed) { $0.isRoot = false },
        Fault("cgroups", .failed) { $0.cgroupControllers = ["cpu", "pids"] },
        Fault("memory", .failed) { $0.memory = 900_000_000 },
        Fault("memory", .warning) { $0.memory = 1_500_000_000 },
        Fault("cpu", .warning) { $0.processors = 1 },
        Fault("disk", .failed) { $0.diskFree = 1_000_000_000 },
        Fault("disk", .warning) { $0.diskFree = 5_000_000_000 },
        Fault("ntp", .warning) { $0.isClockSynchronized = false },
        Fault("entropy", .warning) { $0.entropy = 12 },
        Fault("apt", .failed) { $0.packages?.isInterrupted = true },
        Fault("apt", .warning) { $0.packages?.hasSources = false },
        Fault("apt", .warning) { $0.packages?.lockHolder = "unattended-upgr (812)" },
        Fault("wireguard", .failed) { $0.wireGuard = HostObservation.WireGuard.none },
        Fault("wireguard", .warning) { $0.wireGuard = .userspace },
        Fault("foreign-cluster", .failed) { $0.remains = ["/etc/kubernetes"] },
        Fault("internal-ip", .failed) { seen in
            seen.interfaces = [.init(name: "eth0", mtu: 1500, addresses: ["10.0.0.9/24"])]
        },
        Fault("default-route", .failed) { $0.routes = [] },
        Fault("cidr-overlap", .failed) { seen in
            seen.interfaces?.append(.init(name: "eth1", mtu: 1500, addresses: ["10.43.7.1/24"]))
        },
        Fault("cidr-overlap", .failed) { seen in
            seen.routes?.append(.init(destination: "10.0.0.0/8", interface: "eth0"))
        },
        Fault("dns", .warning) { $0.resolvesNames = false },
        Fault("ports", .failed) { seen in
            seen.listeners = [.init(transport: .tcp, port: 6443, program: "nginx")]
        },
        Fault("ports", .failed) { seen in
            seen.listeners = [.init(transport: .udp, port: 51820, program: "")]
        },
        Fault("firewall", .failed) { $0.packetFilter = ["-A INPUT -j REJECT"] },
        Fault("firewall", .warning) { $0.packetFilter = ["-A FORWARD -j REJECT"] },
        Fault("firewall", .warning) { $0.nativeRefusals = ["policy drop"] },
    ])
    func `a fault is found, named and helped`(fault: Fault) throws {
        var cluster = try Cluster()
        fault.inflict(&cluster.seen[cluster.server, default: HostObservation()])
        let bad = cluster.findings().filter { $0.verdict != .passed }
        #expect(bad.map(\.check.rawValue) == [fault.check], "\(bad)")
        let finding = try #require(bad.first)
        #expect(finding.host == cluster.server)
        #expect(finding.verdict == fault.verdict)
        #expect(!finding.observed.isEmpty && !finding.remedy.isEmpty)
    }

    @Test func `an old kernel fails, unless it has WireGuard all the same`() throws {
        var cluster = try Cluster()
        cluster.seen[cluster.server]?.kernel = "4.19.0-27-amd64"
        #expect(cluster.findings().allSatisfy { $0.verdict == .passed })
        cluster.seen[cluster.server]?.wireGuard = .userspace
        let failed = cluster.findings().filter { $0.verdict == .failed }
        #expect(failed.map(\.check) == [.kernel])
    }

    @Test func `what nobody could see is unknown, not wrong`() throws {
        var cluster = try Cluster()
        var blind = HostObservation()
        blind.architecture = "amd64"
        cluster.seen[cluster.server] = blind
        let findings = cluster.findings().filter { $0.host == cluster.server }
        #expect(!findings.contains { $0.verdict == .failed })
        #expect(findings.contains { $0.verdict == .skipped })
    }

    @Test func `an agent that cannot look leaves everything unknown`() throws {
        var cluster = try Cluster()
        cluster.seen[cluster.agent] = nil
        let findings = cluster.findings().filter { $0.host == cluster.agent }
        #expect(findings.allSatisfy { $0.verdict == .skipped || $0.check == .clockSkew })
        #expect(findings.count > 20)
    }

    @Test func `ports and remains of our own K3s are no fault`() throws {
        var cluster = try Cluster()
        cluster.seen[cluster.server]?.isOurs = true
        cluster.seen[cluster.server]?.remains = ["/etc/rancher/k3s", "interface kilo0"]
        cluster.seen[cluster.server]?.listeners = [
            .init(transport: .tcp, port: 6443, program: "k3s-server")
        ]
        cluster.seen[cluster.server]?.interfaces?.append(
            .init(name: "kilo0", mtu: 1420, addresses: ["10.4.0.1/16"])
        )
        #expect(cluster.findings().allSatisfy { $0.verdict == .passed })
    }

    @Test(arguments: [
        (Int64(40_000), Int64(20_000), Verdict.passed), (900_000, 300_000, .passed),
        (3_000_000, 20_000, .warning), (-3_000_000, 20_000, .warning),
        (30_000_000, 40_000, .failed), (-30_000_000, 40_000, .failed),
        // What is not certain is not held against it.
        (6_000_000, 5_500_000, .passed), (.min, 0, .failed), (.max, .max, .passed),
    ])
    func `a clock is judged by what is certain`(skew: Int64, error: Int64, verdict: Verdict) throws
    {
        var cluster = try Cluster()
        cluster.clocks[cluster.agent] = .init(skew: skew, uncertainty: error)
        let finding = try #require(
            cluster.findings().first { $0.check == .clockSkew && $0.host == cluster.agent }
        )
        #expect(finding.verdict == verdict, "\(finding)")
    }

    @Test func `what names one machine must not name two`() throws {
        var cluster = try Cluster()
        let twin = try #require(cluster.seen[cluster.server])
        cluster.seen[cluster.agent]?.hostname = twin.hostname
        cluster.seen[cluster.agent]?.machineID = twin.machineID
        cluster.seen[cluster.agent]?.productUUID = twin.productUUID
        let bad = cluster.findings().filter { $0.verdict != .passed }
        #expect(
            bad.filter { $0.host == cluster.server }.map(\.check) == [
                .duplicateHostname, .duplicateMachineID, .duplicateProductUUID,
            ]
        )
        #expect(
            bad.filter { $0.verdict == .failed }.map(\.check.rawValue) == [
                "duplicate-machine-id", "duplicate-machine-id",
            ]
        )
    }

    @Test func `an internal address on another host is found although the plan is good`() throws {
        var cluster = try Cluster()
        cluster.seen[cluster.agent]?.interfaces?.append(
            .init(name: "eth1", mtu: 1500, addresses: ["203.0.113.11/24"])
        )
        let bad = cluster.findings().filter { $0.verdict == .failed }
        #expect(bad.map(\.check) == [.duplicateInternalAddress])
        #expect(bad.first?.observed.contains("kube-seoul") == true)
    }

    @Test func `the plan may ignore a failure, which stays to be seen`() throws {
        var cluster = try Cluster(ignoring: [.firewall])
        cluster.seen[cluster.server]?.packetFilter = ["-A INPUT -j REJECT"]
        cluster.seen[cluster.server]?.isRoot = false
        let bad = cluster.findings().filter { $0.verdict != .passed }
        #expect(bad.map(\.verdict) == [.failed, .ignored])
        #expect(bad.map(\.check) == [.root, .firewall])
    }
}

/// One thing that is not as it should be.
struct Fault: Sendable, CustomTestStringConvertible {
    let check: String
    let verdict: Verdict
    let inflict: @Sendable (inout HostObservation) -> Void

    init(
        _ check: String,
        _ verdict: Verdict,
        _ inflict: @escaping @Sendable (inout HostObservation) -> Void
    ) {
        self.check = check
        self.verdict = verdict
        self.inflict = inflict
    }

    var testDescription: String { "\(check) \(verdict.rawValue)" }
}

/// Two good hosts and a plan for them.
struct Cluster {
    let plan: ClusterPlan
    let server: HostID
    let agent: HostID
    var seen: [HostID: HostObservation] = [:]
    var clocks: [HostID: HostChecks.Clock] = [:]

    init(ignoring checks: [PreflightCheck] = [], third: Bool = false) throws {
        let more = """
            , { "id": "kube-chuncheon", "role": "agent", "addresses": { "public": "203.0.113.13" } }
            """
        let text = """
            { "apiVersion": "isthmus/v1alpha1", "kind": "ClusterPlan",
              "metadata": { "name": "two" },
              "hosts": [
                { "id": "kube-japan", "role": "server", "addresses": { "public": "203.0.113.11" } },
                { "id": "kube-seoul", "role": "agent", "addresses": { "public": "203.0.113.12" } }
                \(third ? more : "")
              ],
              "k3s": { "version": "v1.34.3+k3s1" },
              "policies": { "preflight": { "ignore": [\
            \(checks.map { "\"\($0.rawValue)\"" }.joined(separator: ","))] } } }
            """
        plan = try PlanFile.read(Array(text.utf8), name: "plan", format: nil)
        server = plan.hosts[0].id
        agent = plan.hosts[1].id
        for (number, host) in plan.hosts.enumerated() {
            seen[host.id] = Self.good(number, at: host.publicAddress)
            clocks[host.id] = .init(skew: 1000, uncertainty: 20_000)
        }
    }

    func findings() -> [Finding] {
        var sights: [HostID: HostChecks.Sight] = [:]
        for host in plan.hosts.map(\.id) {
            sights[host] = .init(observation: seen[host], clock: clocks[host])
        }
        return HostChecks(plan).findings(sights)
    }

    private static func good(_ number: Int, at address: String) -> HostObservation {
        var seen = HostObservation()
        seen.distribution = "debian"
        seen.distributionVersion = "12"
        seen.architecture = "amd64"
        seen.kernel = "6.1.0-28-cloud-amd64"
        seen.isSystemd = true
        seen.isRoot = true
        seen.cgroupControllers = ["cpuset", "cpu", "io", "memory", "pids"]
        seen.memory = 2_050_000_000
        seen.processors = 2
        seen.diskFree = 30_000_000_000
        seen.isClockSynchronized = true
        seen.entropy = 256
        seen.hostname = "vps\(number)"
        seen.machineID = "0123456789abcdef0123456789abcde\(number)"
        seen.productUUID = "uuid-\(number)"
        seen.interfaces = [.init(name: "eth0", mtu: 1500, addresses: ["\(address)/24"])]
        seen.routes = [
            .init(destination: "0.0.0.0/0", interface: "eth0"),
            .init(destination: "203.0.113.0/24", interface: "eth0"),
        ]
        seen.resolvesNames = true
        seen.listeners = [.init(transport: .tcp, port: 22, program: "sshd")]
        seen.packetFilter = []
        seen.packages = .init(hasSources: true)
        seen.wireGuard = .kernel
        return seen
    }
}
