public import Plan

/// Puts a server's public address on a dummy interface of its own, so that what runs on the server
/// reaches the API by it although the cloud does not bring such packets back. A unit does it again at
/// each boot, before K3s.
public struct HoldPublicAddress: Step {
    /// `public-address`.
    public static let kind = "public-address"

    /// IPv4.
    public var address: String

    /// Describes the interface.
    public init(address: String) {
        self.address = address
    }

    /// `hold ADDRESS`.
    public var title: String { "hold \(address) on an interface" }

    /// Packets of the server to itself take another way.
    public var disruption: Disruption { .none }

    /// Satisfied where an interface of the cloud's has the address, or the unit holds it.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let before = try await context.text(of: Self.file)
        if before == nil, try await context.facts().addresses.contains(address) {
            return .satisfied
        }
        var changes: [Change] = []
        if before != text {
            changes.append(.file(path: Self.file, before: before, after: text, mode: 0o644))
        }
        let state = try await context.unit(Self.unit)
        if !changes.isEmpty || !state.enabled || state.active != "active" {
            changes.append(.unit(action: UnitAction.restart.rawValue, unit: Self.unit))
        }
        return changes.isEmpty ? .satisfied : .changes(changes)
    }

    /// Writes the unit, enables and starts it, and waits until it has done its work.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let deadline = Deadline(context)
        try await context.write(Self.file, text, mode: 0o644)
        _ = try await context.require(Command(["systemctl", "daemon-reload"]))
        try await context.perform(.enable, on: Self.unit)
        try await context.perform(.restart, on: Self.unit)
        let isUp: Bool? = try await context.poll(every: 500, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            switch try await context.unit(Self.unit).active {
            case "active": true
            case "failed": false
            default: nil
            }
        }
        guard isUp == true else {
            let lines = (try? await context.host.journal(of: Self.unit, lines: 10)) ?? []
            throw StepFailure(
                "\(address) could not be put on an interface of the server",
                details: lines.map(Redaction.line),
                remedy: "See `systemctl status \(Self.unit)` there."
            )
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    private static let unit = "isthmus-public-address.service"
    private static let file = "/etc/systemd/system/\(unit)"

    private var text: String {
        """
        # \(K3sFiles.comment)
        [Unit]
        Description=\(address) on an interface of this server, which its cloud does not bring back
        Before=k3s.service

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=-/usr/sbin/ip link add isthmus0 type dummy
        ExecStart=/usr/sbin/ip address replace \(address)/32 dev isthmus0
        ExecStart=/usr/sbin/ip link set isthmus0 up
        ExecStop=/usr/sbin/ip link delete isthmus0

        [Install]
        WantedBy=multi-user.target

        """
    }
}
