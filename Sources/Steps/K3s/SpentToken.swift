import Plan

/// What stays of a join token once the machine has joined: the hash of the cluster's authority and
/// the token's public id, with zeros for its secret.
///
/// The file must not be empty: K3s' agent parses its token at every start, and one that is empty or
/// malformed keeps it from starting, though the kubelet's certificate is what it is known by. It
/// takes this one like any other that has expired, and goes on comparing the authority's hash.
struct SpentToken: Equatable {
    /// One line; nothing in it is secret.
    let text: String

    /// Of the token in this file's text.
    init(of file: String) {
        let token = file.split(whereSeparator: \.isWhitespace).first ?? ""
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        let kept = parts.count == 2 ? parts[0] : "000000"
        text = "\(kept).\(Self.noSecret)\n"
    }

    /// Of the token.
    init(of token: Secret) {
        self.init(of: String(decoding: token.reveal(), as: UTF8.self))
    }

    /// As long as the secret of a Kubernetes bootstrap token has to be.
    private static let noSecret = "0000000000000000"
}
