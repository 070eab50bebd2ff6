import Plan

/// How a further server comes to the secrets that it joins with.
struct ServerJoin: Sendable {
    /// The input with the sealed server token.
    static let tokenInput = SealServerToken.tokenOutput
    /// The input with the sealed password of the agents.
    static let agentTokenInput = SealServerToken.agentTokenOutput

    /// Whether the machine has yet to join.
    static func isPending(_ context: StepContext) async throws(StepFailure) -> Bool {
        try await context.mode(of: K3sFiles.kubeletKey) == nil
    }

    /// What will be written before K3s starts for the first time.
    static func changes(_ context: StepContext) async throws(StepFailure) -> [Change] {
        guard try await isPending(context) else { return [] }
        return [
            .file(path: K3sFiles.serverJoinToken, before: nil, after: K3sFiles.masked, mode: 0o600),
            .file(path: K3sFiles.agentToken, before: nil, after: K3sFiles.masked, mode: 0o600),
        ]
    }

    /// Opens what the first server sealed, and writes it for K3s.
    static func prepare(_ context: StepContext, node: String) async throws(StepFailure) {
        guard try await isPending(context) else { return }
        guard let token = context.inputs[tokenInput], let agents = context.inputs[agentTokenInput]
        else {
            throw StepFailure(
                "the cluster already has a node \(node), but this machine never joined it",
                remedy: "The Node object is from an earlier machine. On the first server: "
                    + "`k3s kubectl delete node \(node)`, then run the rollout again.",
                isPermanent: true
            )
        }
        for (path, sealed) in [(K3sFiles.agentToken, agents), (K3sFiles.serverJoinToken, token)] {
            do {
                let opened = try await context.host.unseal(
                    sealed.reveal(),
                    keyAt: K3sFiles.serverJoinKey
                )
                try await context.host.write(path, opened.reveal(), mode: 0o600)
            } catch {
                throw StepFailure(error, while: "open what the first server sealed for \(path)")
            }
        }
    }

    /// Throws the key away: what was sealed for it can be opened no more.
    static func finish(_ context: StepContext) async throws(StepFailure) {
        do {
            try await context.host.remove(K3sFiles.serverJoinKey)
        } catch {
            throw StepFailure(error, while: "remove \(K3sFiles.serverJoinKey)")
        }
    }
}
