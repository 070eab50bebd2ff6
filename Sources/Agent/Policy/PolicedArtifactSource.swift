import Plan
import Steps

/// Hands out only artifacts that the server's policy knows, whichever step asks for them.
struct PolicedArtifactSource: ArtifactSource {
    /// The policy.
    let policy: AgentPolicy
    /// Where they come from.
    let source: any ArtifactSource

    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        do {
            try policy.demand(artifact: sha256)
        } catch {
            throw HostFailure(.hashMismatch, error.message, details: [error.remedy])
        }
        try await source.fetch(sha256: sha256, from: offset, receive: receive)
    }
}
