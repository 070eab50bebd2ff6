import Plan

/// A question over HTTPS.
struct WebRequest: Sendable, Equatable {
    /// What is asked for.
    enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case delete = "DELETE"
    }

    /// What is asked for.
    var method = Method.get
    /// Where.
    var url: String
    /// Who asks, as `Authorization: Bearer …`; nothing where it does not matter.
    var bearer: Secret?
    /// Further headers, which are no secrets.
    var headers: [String: String] = [:]
}

/// What was answered, whatever its status.
struct WebAnswer: Sendable, Equatable {
    /// The HTTP status.
    var status: Int
    /// At most `CurlClient.bodyLimit` bytes.
    var body: String
    /// The header `Www-Authenticate`, by which registries say where a token is to be had.
    var challenge = ""
}

/// Why there was no answer.
enum WebFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The machine has no `curl`.
    case curlMissing
    /// The server was not reached, or broke off.
    case unreachable(url: String, reason: String)
    /// A token that cannot stand in a header.
    case unusableToken

    var description: String {
        switch self {
        case .curlMissing:
            "the coordinator's machine has no curl; install it: apt install curl"
        case .unreachable(let url, let reason):
            "\(url) is not to be had: \(reason)"
        case .unusableToken:
            "the token is none: it has spaces, quotes or other characters that no token has"
        }
    }
}

/// Who asks.
protocol WebClient: Sendable {
    /// Asks once. Redirects are answers, and are not followed.
    func send(_ request: WebRequest) async throws(WebFailure) -> WebAnswer
}
