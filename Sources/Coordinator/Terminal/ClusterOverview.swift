import Plan

/// What is where once a plan's rollout has succeeded. Every step ended well, so what the plan asks
/// for is what there is.
struct ClusterOverview: Sendable {
    /// The plan that was rolled out.
    let plan: ClusterPlan

    /// Columns that a name may fill; longer ones are cut, so that the other columns stay in sight.
    private static let nameLimit = 32

    /// A header and a line for each host, in the plan's order.
    func table(unicode: Bool) -> [String] {
        var table = TextTable([
            ("NODE", .left), ("ROLE", .left), ("HOSTNAME", .left), ("ADDRESS", .left),
            ("RUNS", .left), ("MESH", .left),
        ])
        for host in plan.hosts {
            table.append([
                Self.name(host.id.description, unicode: unicode),
                host.role.rawValue,
                Self.name(host.hostname, unicode: unicode),
                host.publicAddress,
                "K3s \(host.role.rawValue) \(plan.k3s.version)",
                mesh,
            ])
        }
        return table.lines()
    }

    /// The commands that show the same from the machines' side.
    ///
    /// - Parameter suffix: What the operator's commands end in: an option with a space before it.
    /// - Returns: A line for each.
    func nextSteps(suffix: String) -> [String] {
        let server = plan.hosts.first { $0.role == .server }?.id.description ?? "the server"
        return [
            "Next, on \(TerminalText.cleaned(server)): sudo k3s kubectl get nodes",
            "Next, here: coordinator node list\(suffix)",
        ]
    }

    /// With full granularity every host is a peer of every other.
    private var mesh: String {
        let peers = plan.hosts.count - 1
        return "Kilo \(plan.mesh.kiloVersion), \(peers) \(peers == 1 ? "peer" : "peers")"
    }

    private static func name(_ text: String, unicode: Bool) -> String {
        TerminalText.fitted(TerminalText.cleaned(text), to: nameLimit, unicode: unicode)
    }
}
