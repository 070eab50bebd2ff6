/// One field that a plan may have. The list of all of them is the only place that says which keys
/// exist; the reader refuses any other, `plan explain` takes its reasons from here, docs/plan.md
/// shows it as a table, and `plan schema` as a JSON Schema.
public struct PlanField: Sendable, Equatable {
    /// Where it stands: `hosts[].addresses.public`; `[]` is any position of a list, `*` any key.
    public let path: String
    /// Which values it takes, as far as a schema can say it.
    public let shape: FieldShape
    /// What it says and which values it takes.
    public let meaning: String
    /// What happens when it is left out.
    public let absence: Absence

    /// What happens when a field is left out.
    public enum Absence: Sendable, Equatable {
        /// The plan is refused, where the object around the field is there.
        case refused
        /// Nothing is said; that is no value of its own.
        case nothing
        /// It has a value all the same: which one, and why that one.
        case value(String, reason: String)
    }

    /// The keys that an object may have, in the order of the documentation. The object is named by
    /// its path; the plan itself by the empty path.
    public static func keys(of path: String) -> [String] {
        keysByPath[path] ?? []
    }

    /// The fields that the object, or each object of the list, at a path must have; named from
    /// there.
    public static func required(in path: String) -> [String] {
        all.compactMap { field in
            guard field.absence == .refused, field.path.hasPrefix(path) else { return nil }
            let rest = field.path.dropFirst(path.count)
            guard let dot = rest.firstIndex(of: "."), ["", "[]"].contains(rest[..<dot]) else {
                return nil
            }
            return String(rest[dot...].dropFirst())
        }
    }

    /// Objects and lists that may be left out although fields of theirs may not.
    public static let optional: Set<String> = [
        "artifacts.airgapImages.amd64", "artifacts.airgapImages.arm64", "tunnel",
        "tunnel.services",
    ]

    /// Objects that must be there although none of their fields must.
    public static let demanded: Set<String> = ["tunnel.apiToken"]

    /// The field at a path.
    public static func at(_ path: String) -> PlanField? {
        byPath[path]
    }

    /// Names of fields of later releases, by the path of the object that will have them.
    public static let later: [String: Set<String>] = [
        "": ["defaults", "hooks"],
        "metadata": ["labels", "revision"],
        "hosts[]": ["enrolment", "maintenance"],
        "k3s": ["api", "datastore", "snapshots"],
        "mesh": ["forceInternalIp", "limits", "metricsBind"],
        "tunnel": ["access", "dns", "replicas"],
        "artifacts": ["charts", "images", "source"],
        "policies": [
            "certs", "drift", "firewall", "maintenanceWindows", "requirePins", "upgrade",
        ],
    ]

    /// What other tools, and texts about this one, call fields, in lower-case letters alone; then the
    /// field, or an object of fields, and behind a comma which key of it.
    public static let synonyms: [String: String] = [
        "agentargs": "k3s.config.agent",
        "cidrs": "k3s.clusterCIDR",
        "disablenetworkpolicy": "k3s.config.server, key disable-network-policy",
        "egressselectormode": "k3s.config.server, key egress-selector-mode",
        "joinready": "policies.timeouts.nodesReady",
        "keepalive": "mesh.natKeepalive",
        "kubeletargs": "k3s.config.agent, key kubelet-arg",
        "maxparallel": "policies.parallelism",
        "meshconverge": "policies.timeouts.nodesReady",
        "onfailure": "policies.failure",
        "persistentkeepalive": "mesh.natKeepalive",
        "podcidr": "k3s.clusterCIDR",
        "private": "hosts[].addresses.internal",
        "privateaddress": "hosts[].addresses.internal",
        "retries": "policies.attempts",
        "rollout": "policies",
        "serverargs": "k3s.config.server",
        "stopafterfailedhosts": "policies.failedHosts",
        "wireguardport": "mesh.port",
        "zone": "hosts[].labels, key topology.kubernetes.io/zone",
    ]

    private static let byPath: [String: PlanField] = Dictionary(
        all.map { ($0.path, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    private static let keysByPath: [String: [String]] = {
        var keys: [String: [String]] = [:]
        for field in all {
            var parent = ""
            for part in field.path.split(separator: ".", omittingEmptySubsequences: false) {
                let name = String(part.hasSuffix("[]") ? part.dropLast(2) : part)
                if keys[parent]?.contains(name) != true { keys[parent, default: []].append(name) }
                parent += (parent.isEmpty ? "" : ".") + part
            }
        }
        return keys
    }()

    init(_ path: String, _ shape: FieldShape, _ meaning: String, _ absence: Absence) {
        self.path = path
        self.shape = shape
        self.meaning = meaning
        self.absence = absence
    }
}
