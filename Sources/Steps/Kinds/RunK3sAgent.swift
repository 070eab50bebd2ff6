public import Plan

/// Configures, installs and starts K3s' agent, and waits until it has joined.
///
/// Takes the input `token` where the cluster does not have the node yet. A machine that has joined
/// once needs no token that is valid as long as its Node object exists.
public struct RunK3sAgent: Step {
    /// `k3s-agent`.
    public static let kind = "k3s-agent"
    /// The name of the input.
    public static let tokenInput = "token"

    /// The release that was placed, for people; the binary's hash decides.
    public var version: String
    /// The server's public address: the one it advertises.
    public var serverAddress: String
    /// The machine's own node.
    public var node: NodeRegistration
    /// Further keys of its configuration; nothing where the plan has none.
    public var config: [String: K3sOption]?

    /// Describes the agent.
    public init(
        version: String,
        serverAddress: String,
        node: NodeRegistration,
        config: [String: K3sOption] = [:]
    ) {
        self.version = version
        self.serverAddress = serverAddress
        self.node = node
        self.config = config.isEmpty ? nil : config
    }

    /// `start K3s agent VERSION`.
    public var title: String { "start K3s agent \(version)" }

    /// Restarts K3s where its configuration or binary changed; pods go on.
    public var disruption: Disruption { .serviceRestart }

    /// Compares configuration, token, unit and what K3s was started with; asks the kubelet.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        try await node.confirmAddress(context)
        var difference = try await service.difference(context)
        var changes: [Change] = []
        if try await needsToken(context) {
            let exists = try await context.mode(of: K3sFiles.joinToken) != nil
            changes.append(
                .file(
                    path: K3sFiles.joinToken,
                    before: exists ? "<redacted, another>\n" : nil,
                    after: K3sFiles.masked,
                    mode: 0o600
                )
            )
            difference.start = difference.start ?? .restart
        } else if try await hasTokenToSpend(context) {
            changes.append(
                .file(
                    path: K3sFiles.joinToken,
                    before: K3sFiles.masked,
                    after: "<without its secret>\n",
                    mode: 0o600
                )
            )
        }
        changes += service.changes(difference)
        if changes.isEmpty {
            guard try await isHealthy(context) else {
                return .changes([
                    .setting(name: "kubelet", before: "no answer", after: "healthy")
                ])
            }
            return .satisfied
        }
        return .changes(changes)
    }

    /// Writes the token and the configuration, starts K3s, waits for the kubelet and takes the
    /// secret out of the token's file.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        try await node.confirmAddress(context)
        let deadline = Deadline(context)
        if try await needsToken(context) {
            guard let token = context.inputs[Self.tokenInput] else { throw noToken }
            // K3s reads the token when it starts: whatever happens now, it has to start once more.
            try await K3sStamp.forgetConfiguration(context)
            try await context.write(
                K3sFiles.joinToken,
                token.reveal() + [UInt8(ascii: "\n")],
                mode: 0o600
            )
        }
        try await service.bringUp(try await service.difference(context), context)
        try await service.awaitReady(context, until: deadline) {
            () async throws(StepFailure) -> Bool in try await isHealthy(context)
        }
        try await spendToken(context)
        context.report("joined https://\(serverAddress):6443")
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    /// `config.yaml`.
    var configuration: String {
        var mapping = YAMLMapping()
        mapping.set("server", .text("https://\(serverAddress):6443"))
        mapping.set("token-file", .text(K3sFiles.joinToken))
        node.writeAddresses(to: &mapping)
        node.writeLabels(to: &mapping)
        mapping.set(config)
        return mapping.rendered(comment: K3sFiles.comment)
    }

    private var service: K3sService {
        K3sService(role: .agent, configuration: configuration)
    }

    /// Whether a token has to be written: a new one came, or there is none and never was a join.
    private func needsToken(_ context: StepContext) async throws(StepFailure) -> Bool {
        guard let token = context.inputs[Self.tokenInput] else {
            return try await context.mode(of: K3sFiles.kubeletKey) == nil
        }
        let mode = try await context.mode(of: K3sFiles.joinToken)
        let text = try await context.text(of: K3sFiles.joinToken) ?? ""
        // The machine has joined with this very token before.
        if mode == 0o600, text == SpentToken(of: token).text { return false }
        let current = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        return mode != 0o600 || Secret(current) != token
    }

    /// Whether the machine has joined and its token's file says more than it must.
    private func hasTokenToSpend(_ context: StepContext) async throws(StepFailure) -> Bool {
        guard try await context.mode(of: K3sFiles.kubeletKey) != nil else { return false }
        let text = try await context.text(of: K3sFiles.joinToken) ?? ""
        let mode = try await context.mode(of: K3sFiles.joinToken)
        return text != SpentToken(of: text).text || mode != 0o600
    }

    private func spendToken(_ context: StepContext) async throws(StepFailure) {
        guard try await hasTokenToSpend(context) else { return }
        let text = try await context.text(of: K3sFiles.joinToken) ?? ""
        try await context.write(K3sFiles.joinToken, SpentToken(of: text).text, mode: 0o600)
    }

    private var noToken: StepFailure {
        StepFailure(
            "the cluster already has a node \(node.name), but this machine never joined it",
            remedy: "The Node object is from an earlier machine. On the server: "
                + "`k3s kubectl delete node \(node.name)`, then run the rollout again.",
            isPermanent: true
        )
    }

    /// The unit has said that it joined, and the kubelet answers.
    private func isHealthy(_ context: StepContext) async throws(StepFailure) -> Bool {
        guard try await context.unit(service.unit).active == "active" else { return false }
        let command = Command(
            ["curl", "-sSf", "--max-time", "5", "http://127.0.0.1:10248/healthz"],
            timeout: 10_000
        )
        let result = try await context.run(command)
        return result.status == 0
    }
}
