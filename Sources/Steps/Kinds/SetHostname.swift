public import Plan

/// Gives the machine its name, and keeps what else knows the name in step: `/etc/hosts`, without
/// which sudo stalls, and cloud-init, which would put its own name back at the next boot.
public struct SetHostname: Step {
    /// `hostname`.
    public static let kind = "hostname"

    /// The name; an RFC 1123 name in lower case.
    public var hostname: String

    /// Names the machine.
    public init(hostname: String) {
        self.hostname = hostname
    }

    /// `set hostname NAME`.
    public var title: String { "set hostname \(hostname)" }

    /// Nothing that runs notices.
    public var disruption: Disruption { .none }

    private static let hosts = "/etc/hosts"
    private static let staticName = "/etc/hostname"
    /// Only machines that cloud-init looks after have it.
    private static let cloudInit = "/etc/cloud/cloud.cfg"
    private static let cloudInitDropIn = "/etc/cloud/cloud.cfg.d/99-isthmus-hostname.cfg"
    private static let dropIn = """
        # \(K3sFiles.comment)
        preserve_hostname: true
        manage_etc_hosts: false

        """

    /// Compares the kernel's name, `/etc/hostname`, `/etc/hosts` and cloud-init's drop-in.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        var changes = try await files(context)
        let current = try await currentName(context)
        if current != hostname {
            changes.append(.setting(name: "hostname", before: current, after: hostname))
            changes.append(.command(argv: renaming.argv, purpose: "set the name"))
        }
        return changes.isEmpty ? .satisfied : .changes(changes)
    }

    /// Writes the files first, so that the new name resolves from its first moment.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        for case .file(let path, _, let after, let mode) in try await files(context) {
            try await context.write(path, after, mode: mode)
        }
        if try await currentName(context) != hostname {
            _ = try await context.require(renaming)
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    private var renaming: Command { Command(["hostnamectl", "set-hostname", hostname]) }

    private func files(_ context: StepContext) async throws(StepFailure) -> [Change] {
        var changes: [Change] = []
        let hosts = try await context.text(of: Self.hosts)
        let named = HostsFile.naming(hostname, in: hosts ?? "127.0.0.1 localhost\n")
        if hosts != named {
            changes.append(.file(path: Self.hosts, before: hosts, after: named, mode: 0o644))
        }
        if try await context.mode(of: Self.cloudInit) != nil {
            let before = try await context.text(of: Self.cloudInitDropIn)
            if before != Self.dropIn {
                changes.append(
                    .file(
                        path: Self.cloudInitDropIn,
                        before: before,
                        after: Self.dropIn,
                        mode: 0o644
                    )
                )
            }
        }
        return changes
    }

    /// The kernel's name, or the one of the next boot where only that differs.
    private func currentName(_ context: StepContext) async throws(StepFailure) -> String {
        let facts: HostFacts
        do {
            facts = try await context.host.facts()
        } catch {
            throw StepFailure(error, while: "ask the machine for its name")
        }
        guard facts.hostname == hostname else { return facts.hostname }
        let next = try await context.text(of: Self.staticName) ?? ""
        return next.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }
}
