import Plan

/// A plan drafted from what agents say, for a person to finish.
struct PlanSketch: Sendable {
    /// How it is written.
    enum Format: String, CaseIterable, Sendable {
        case yaml
        case json
    }

    /// What one agent says about its machine; whatever it does not say is empty or 0.
    struct Machine: Sendable, Equatable {
        /// What it enrolled as.
        var id: String
        var hostname = ""
        /// Where its connection comes from, as the coordinator sees it.
        var address = ""
        var operatingSystem = ""
        var architecture = ""
        var cpus = 0
        /// Bytes.
        var memory: Int64 = 0
    }

    /// What stands where a person has to decide; no field takes it.
    static let mark = "FILL-IN"
    /// The release that the examples name.
    private static let k3sVersion = "v1.34.3+k3s1"

    private let cluster: String
    private let hosts: [Host]

    /// A host of the plan to be.
    private struct Host {
        let machine: Machine
        let role: HostRole
        /// Nothing where no public address is known.
        let address: String?
        /// Nothing where it is the id.
        let hostname: String?
        let sharesAddress: Bool
    }

    /// Drafts a plan.
    ///
    /// - Parameters:
    ///   - cluster: The cluster's name.
    ///   - machines: At least one.
    init(cluster: String, machines: [Machine]) {
        self.cluster = cluster
        let sorted = machines.sorted { $0.id < $1.id }
        let server = sorted.max { ($0.memory, $0.cpus, $1.id) < ($1.memory, $1.cpus, $0.id) }
        var addresses: Set<String> = []
        var names = Set(sorted.map(\.id))
        hosts = sorted.map { machine in
            let address = Self.publicAddress(machine.address)
            let isFree = address.map { addresses.insert($0).inserted } ?? true
            let isName =
                RFC1123.isName(machine.hostname) && machine.hostname.utf8.count <= 63
                && names.insert(machine.hostname).inserted
            return Host(
                machine: machine,
                role: machine == server ? .server : .agent,
                address: isFree ? address : nil,
                hostname: isName ? machine.hostname : nil,
                sharesAddress: !isFree
            )
        }
    }

    /// The plan's text, which ends with a line feed.
    func text(_ format: Format) -> String {
        switch format {
        case .yaml: yaml
        case .json: value.indentedJSON() + "\n"
        }
    }

    /// What a person does next.
    func advice(for file: String) -> String {
        let open = hosts.filter { $0.address == nil }.map(\.machine.id)
        let fill =
            open.isEmpty
            ? [] : ["Fill in addresses.public of \(open.joined(separator: ", "))."]
        let look =
            "Look at: which host is the server, regions, the K3s release \(Self.k3sVersion)."
        return (fill + [look, "Then: coordinator plan check --plan \(file)"])
            .joined(separator: "\n")
    }

    private static func publicAddress(_ text: String) -> String? {
        guard let address = try? IPv4Address(parsing: text), address.specialKind == nil else {
            return nil
        }
        return address.description
    }

    // MARK: JSON

    private var value: PlanValue {
        .object([
            .init("apiVersion", .string(ClusterPlan.apiVersion)),
            .init("kind", .string(ClusterPlan.kind)),
            .init("metadata", .object([.init("name", .string(cluster))])),
            .init("hosts", .list(hosts.map(value))),
            .init("k3s", .object([.init("version", .string(Self.k3sVersion))])),
        ])
    }

    private func value(_ host: Host) -> PlanValue {
        let members: [PlanValue.Member?] = [
            .init("id", .string(host.machine.id)),
            host.hostname.map { .init("hostname", .string($0)) },
            .init("role", .string(host.role.rawValue)),
            .init(
                "addresses",
                .object([.init("public", .string(host.address ?? Self.mark))])
            ),
        ]
        return .object(members.compactMap(\.self))
    }

    // MARK: YAML

    private var yaml: String {
        let head = """
            # A plan for the agents that have enrolled, drafted by coordinator plan init.
            # Everything that is not said has a default: coordinator plan explain --plan FILE
            apiVersion: \(ClusterPlan.apiVersion)
            kind: \(ClusterPlan.kind)
            metadata:
              name: \(cluster)
            hosts:
            """
        let foot = """
            k3s:
              # An exact release, the same for all hosts: https://github.com/k3s-io/k3s/releases
              version: \(Self.k3sVersion)
            """
        return head + "\n" + hosts.map(yaml).joined() + foot + "\n"
    }

    private func yaml(_ host: Host) -> String {
        var lines = [
            "  # " + description(of: host.machine), "  - id: \(PlanValue.quoted(host.machine.id))",
        ]
        if let hostname = host.hostname {
            lines.append(
                "    hostname: \(PlanValue.quoted(hostname))  # as the machine is called now"
            )
        }
        switch host.role {
        case .server:
            lines.append("    # The one with the most memory. One host is the server, or three.")
            lines.append("    role: server")
        case .agent:
            lines.append("    role: agent")
        }
        lines.append("    addresses:")
        lines += address(of: host)
        lines.append("    # topology: { region: a-place }")
        return lines.map { $0 + "\n" }.joined()
    }

    private func address(of host: Host) -> [String] {
        if let address = host.address {
            return ["      public: \(address)  # where its agent connects from"]
        }
        let seen = TerminalText.cleaned(host.machine.address)
        let reason =
            seen.isEmpty
            ? "not known; " : "its agent connects from \(seen)" + (host.sharesAddress ? ", " : "; ")
        let advice =
            host.sharesAddress
            ? "as another does: behind NAT? Then say behindNAT and addresses.internal too."
            : "write the IPv4 address that the other clouds reach it at."
        return ["      # " + reason + advice, "      public: \(Self.mark)"]
    }

    /// What the agent says, on one line.
    private func description(of machine: Machine) -> String {
        let parts = [
            machine.operatingSystem, machine.architecture,
            machine.cpus > 0 ? "\(machine.cpus) CPU\(machine.cpus == 1 ? "" : "s")" : "",
            machine.memory > 0 ? Spans.bytes(machine.memory) + " memory" : "",
        ]
        let said = parts.filter { !$0.isEmpty }.map(TerminalText.cleaned)
        return said.isEmpty
            ? "The agent said nothing about its machine." : said.joined(separator: ", ")
    }
}
