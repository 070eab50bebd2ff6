import Protocol

/// A host that the plan of a rollout has no more.
struct DepartedView: Sendable, Equatable {
    /// Its id in earlier plans.
    let id: String
    /// Its node's name in the cluster.
    let hostname: String
    /// Whether it is a server.
    let isServer: Bool

    init(_ host: WireDepartedHost) {
        id = TerminalText.cleaned(host.id)
        hostname = TerminalText.cleaned(host.hostname)
        isServer = host.server
    }

    /// That it is left alone, and how to take it out of the cluster.
    func lines(suffix: String) -> [String] {
        let script = isServer ? "k3s-uninstall.sh" : "k3s-agent-uninstall.sh"
        return [
            "\(id) is not in this plan any more. It is not touched; to take it out of the cluster:",
            "  on a server of the plan:  sudo k3s kubectl drain \(hostname) --ignore-daemonsets "
                + "--delete-emptydir-data",
            "                            sudo k3s kubectl delete node \(hostname)",
            "  on \(id):  sudo /usr/local/bin/\(script)",
            "  here:  coordinator node revoke \(id)\(suffix)",
        ]
    }
}
