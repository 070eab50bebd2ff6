public import Plan

/// What a plan asks of its hosts, held against what their agents saw. A pure function of both.
public struct HostChecks: Sendable {
    /// What was seen on one host.
    public struct Sight: Sendable, Equatable {
        /// What the agent saw; nothing where it cannot look or did not answer.
        public var observation: HostObservation?
        /// Its clock, as probes of the session tell; nothing while none was answered.
        public var clock: Clock?

        /// Joins what was seen.
        public init(observation: HostObservation?, clock: Clock?) {
            self.observation = observation
            self.clock = clock
        }
    }

    /// A clock against the coordinator's, in microseconds.
    public struct Clock: Sendable, Equatable {
        /// What it is ahead.
        public var skew: Int64
        /// The truth is at most so far away.
        public var uncertainty: Int64

        /// Describes a clock.
        public init(skew: Int64, uncertainty: Int64) {
            self.skew = skew
            self.uncertainty = uncertainty
        }
    }

    let hosts: [PlannedHost]
    let mesh: MeshSettings
    let k3s: K3sSettings
    let ignored: [PreflightCheck]

    /// Checks for the hosts of a plan.
    public init(_ plan: ClusterPlan) {
        hosts = plan.hosts
        mesh = plan.mesh
        k3s = plan.k3s
        ignored = plan.policies.ignoredChecks
    }

    private init(mesh: MeshSettings, k3s: K3sSettings) {
        hosts = []
        self.mesh = mesh
        self.k3s = k3s
        ignored = []
    }

    /// All that is judged of hosts, in the plan's order of hosts and the catalogue's of checks. What the
    /// plan says may fail is ignored, not left out.
    public func findings(_ sights: [HostID: Sight]) -> [Finding] {
        hosts.flatMap { host -> [Finding] in
            let sight = sights[host.id] ?? Sight(observation: nil, clock: nil)
            var found = [clockSkew(of: host, sight.clock)]
            if let observation = sight.observation {
                found += machine(host, observation) + network(host, observation)
                found += identity(host, observation, among: sights)
            } else {
                found += Self.lookedAt.filter { $0 != .clockSkew }.map {
                    .unseen($0, on: host.id)
                }
            }
            return found.map { $0.ignoring(ignored) }
                .sorted { Self.order[$0.check, default: 0] < Self.order[$1.check, default: 0] }
        }
    }

    /// Those about one machine alone, as a plan with all defaults would have it, for a person who is logged
    /// in on it and has none. Without an address it has that of the interface to the internet.
    public static func findings(
        alone seen: HostObservation,
        role: HostRole,
        address: String?
    ) -> [Finding] {
        let way = seen.routes?.first { $0.destination == "0.0.0.0/0" }?.interface
        let own = seen.addresses.first { $0.interface.name == way } ?? seen.addresses.first
        guard let id = HostID("this-machine"), let address = address ?? own?.address else {
            return []
        }
        let host = PlannedHost(
            id: id,
            hostname: seen.hostname,
            role: role,
            publicAddress: address,
            internalAddress: address
        )
        let checks = HostChecks(mesh: MeshSettings(), k3s: K3sSettings(version: ""))
        return (checks.machine(host, seen) + checks.network(host, seen))
            .sorted { order[$0.check, default: 0] < order[$1.check, default: 0] }
    }

    /// The checks of hosts, in order.
    static let lookedAt = CheckDescription.all.filter { $0.group != .paths }.map(\.check)

    static let order = Dictionary(
        CheckDescription.all.enumerated().map { ($0.element.check, $0.offset) },
        uniquingKeysWith: { first, _ in first }
    )
}

extension HostChecks {
    /// From so many microseconds on a skew fails: Kilo lets a node go at 30 s at the latest, and clocks
    /// drift.
    static let harmfulSkew: Int64 = 5_000_000
    /// From here on it is worth a word.
    static let noteworthySkew: Int64 = 1_000_000

    func clockSkew(of host: PlannedHost, _ clock: Clock?) -> Finding {
        guard let clock else {
            return Finding(.clockSkew, on: host.id, .skipped, "no probe was answered yet")
        }
        let size = Int64(clamping: clock.skew.magnitude)
        let certain = size.subtractingReportingOverflow(max(0, clock.uncertainty)).partialValue
        guard certain >= Self.noteworthySkew else {
            let bound = size.addingReportingOverflow(max(0, clock.uncertainty)).partialValue
            return Finding(
                .clockSkew,
                on: host.id,
                .passed,
                "within \(Amount.milliseconds(ofMicroseconds: bound))"
            )
        }
        return Finding(
            .clockSkew,
            on: host.id,
            certain >= Self.harmfulSkew ? .failed : .warning,
            "\(Amount.seconds(ofMicroseconds: size)) \(clock.skew < 0 ? "behind" : "ahead of") "
                + "the coordinator's",
            remedy: CheckDescription.remedy(.clockSkew)
        )
    }
}

extension CheckDescription {
    /// What helps as a rule.
    static func remedy(_ check: PreflightCheck) -> String { check.description.remedy }
}

/// Numbers for people.
enum Amount {
    /// `1.9 GB`: decimal units, as providers sell them.
    static func bytes(_ count: Int64) -> String {
        let (value, unit): (Int64, String) =
            count >= 1_000_000_000 ? (count / 100_000_000, "GB") : (count / 100_000, "MB")
        return value >= 100 ? "\(value / 10) \(unit)" : "\(value / 10).\(value % 10) \(unit)"
    }

    /// `3.2 s`.
    static func seconds(ofMicroseconds count: Int64) -> String {
        let tenths = count / 100_000
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// `34.2 ms`, without the tenth from ten on.
    static func milliseconds(ofMicroseconds count: Int64) -> String {
        let tenths = count / 100
        return tenths >= 100 ? "\(tenths / 10) ms" : "\(tenths / 10).\(tenths % 10) ms"
    }
}
