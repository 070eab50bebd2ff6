import Plan

/// The token of a cluster's servers, `K10<hash>::server:<password>`, as far as it names the cluster.
struct ServerToken: Sendable {
    /// The first twelve digits of the hash of the cluster's authority: another cluster has others.
    let cluster: String

    /// Nothing where the text is no such token.
    init?(_ text: String) {
        let parts = text.split(whereSeparator: \.isWhitespace).first?.split(separator: ":")
        guard let head = parts?.first, head.hasPrefix("K10") else { return nil }
        let hash = head.dropFirst(3)
        guard hash.utf8.count == 64, hash.allSatisfy(\.isHexDigit) else { return nil }
        cluster = hash.prefix(12).lowercased()
    }

    /// The one on the machine; nothing where K3s has made none yet.
    static func read(_ context: StepContext) async throws(StepFailure) -> ServerToken? {
        try await context.text(of: K3sFiles.serverToken).flatMap(ServerToken.init)
    }
}
