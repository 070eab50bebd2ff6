import Foundation
import Plan

/// As much of Cloudflare's API, version 4, as a tunnel needs.
struct CloudflareAPI: Sendable {
    /// `https://api.cloudflare.com/client/v4`, or a stand-in's.
    let base: String
    /// Who asks.
    let token: Secret
    let web: any WebClient

    /// What the API said instead of an answer.
    enum Failure: Error, Sendable, Equatable {
        /// The token does not open this (401, 403, or 400 for a text that is no token at all).
        case denied(String)
        /// There is no such thing.
        case notFound(String)
        /// Anything else.
        case other(String)

        /// Its own words.
        var words: String {
            switch self {
            case .denied(let words), .notFound(let words), .other(let words): words
            }
        }
    }

    private struct Envelope<Result: Decodable>: Decodable {
        struct Complaint: Decodable {
            var code: Int
            var message: String
        }

        var success: Bool
        var errors: [Complaint]?
        var result: Result?
    }

    /// What is behind a path, read.
    func get<Result: Decodable>(
        _ path: String,
        _ query: [(String, String)] = [],
        as type: Result.Type
    ) async throws(Failure) -> Result {
        let answer = try await ask(.get, path, query)
        do {
            let envelope = try JSONDecoder().decode(Envelope<Result>.self, from: Data(answer.utf8))
            guard let result = envelope.result else { throw Failure.other("no result") }
            return result
        } catch {
            throw .other("Cloudflare's answer to \(path) cannot be read: \(error)")
        }
    }

    /// Takes something away.
    func delete(_ path: String) async throws(Failure) {
        _ = try await ask(.delete, path, [])
    }

    private struct Nothing: Decodable {}

    private func ask(
        _ method: WebRequest.Method,
        _ path: String,
        _ query: [(String, String)]
    ) async throws(Failure) -> String {
        let question = query.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        let url = base + path + (question.isEmpty ? "" : "?\(question)")
        let answer: WebAnswer
        do {
            answer = try await web.send(WebRequest(method: method, url: url, bearer: token))
        } catch {
            throw .other(error.description)
        }
        guard !(200...299).contains(answer.status) else { return answer.body }
        let words = Self.complaint(in: answer)
        switch answer.status {
        case 400 where method == .get && path.hasSuffix("/verify"): throw .denied(words)
        case 401, 403: throw .denied(words)
        case 404: throw .notFound(words)
        default: throw .other(words)
        }
    }

    private static func complaint(in answer: WebAnswer) -> String {
        let envelope = try? JSONDecoder().decode(
            Envelope<Nothing>.self,
            from: Data(answer.body.utf8)
        )
        let complaints = (envelope?.errors ?? []).map { "\($0.message) (\($0.code))" }
        return complaints.isEmpty
            ? "status \(answer.status)" : complaints.joined(separator: ", ")
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}

extension CloudflareAPI {
    /// What `tokens/verify` says.
    struct TokenState: Decodable {
        var status: String
    }

    /// A DNS zone.
    struct Zone: Decodable, Sendable {
        struct Account: Decodable, Sendable { var id: String? }
        var id: String
        var name: String
        var status: String?
        var account: Account?
    }

    /// A DNS record.
    struct Record: Decodable, Sendable {
        var id: String
        var type: String
        var name: String
        var content: String?
    }

    /// A tunnel.
    struct Tunnel: Decodable, Sendable {
        var id: String
        var name: String
        var status: String?

        /// Where names that lead through it point to.
        var target: String { "\(id).cfargotunnel.com" }
    }

    /// The account's tunnel of this name; nothing where there is none.
    func tunnel(named name: String, in account: String) async throws(Failure) -> Tunnel? {
        let path = "/accounts/\(account)/cfd_tunnel"
        return try await get(path, [("is_deleted", "false"), ("name", name)], as: [Tunnel].self)
            .first { $0.name == name }
    }
}
