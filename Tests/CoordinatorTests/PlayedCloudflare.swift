import Foundation
import Plan
import Synchronization

@testable import Coordinator

/// Cloudflare's API as a tunnel sees it: one account, its zones, records and tunnels.
final class PlayedCloudflare: WebClient {
    static let account = "0123456789abcdef0123456789abcdef"
    static let base = "https://api.cloudflare.com/client/v4"

    struct State {
        /// Beginnings of paths that the token does not open, by the method; any method where none.
        var denied: [(method: WebRequest.Method?, part: String)] = []
        var status = "active"
        var zones = ["example.com": "zone-of-example"]
        var records: [(id: String, type: String, name: String, content: String)] = []
        var tunnels: [String: String] = [:]
    }

    private let state: Mutex<State>
    private let asked = Mutex<[WebRequest]>([])

    init(_ state: State = State()) {
        self.state = Mutex(state)
    }

    /// What was asked so far.
    var requests: [WebRequest] { asked.withLock { $0 } }
    /// What is there now.
    var now: State { state.withLock { $0 } }

    func send(_ request: WebRequest) async throws(WebFailure) -> WebAnswer {
        asked.withLock { $0.append(request) }
        guard let url = URLComponents(string: request.url), request.url.hasPrefix(Self.base) else {
            throw .unreachable(url: request.url, reason: "nobody there")
        }
        let path = String(url.path.dropFirst("/client/v4".count))
        let name = url.queryItems?.first { $0.name == "name" }?.value
        return state.withLock { state in
            let isDenied = state.denied.contains { method, part in
                path.contains(part) && (method == nil || method == request.method)
            }
            guard !isDenied else { return Self.refusal(403, "Authentication error", 10000) }
            if path.hasSuffix("/tokens/verify") {
                return Self.result("{\"status\":\"\(state.status)\"}")
            }
            if path == "/zones" { return Self.zones(state, name ?? "") }
            if path.contains("/dns_records") { return Self.records(&state, request, path, name) }
            return Self.tunnels(&state, request, path, name)
        }
    }

    private static func zones(_ state: State, _ name: String) -> WebAnswer {
        guard let id = state.zones[name] else { return result("[]") }
        return result(
            "[{\"id\":\"\(id)\",\"name\":\"\(name)\",\"account\":{\"id\":\"\(account)\"}}]"
        )
    }

    private static func records(
        _ state: inout State,
        _ request: WebRequest,
        _ path: String,
        _ name: String?
    ) -> WebAnswer {
        if request.method == .delete {
            let id = path.split(separator: "/").last.map(String.init) ?? ""
            guard state.records.contains(where: { $0.id == id }) else {
                return refusal(404, "Record does not exist.", 81044)
            }
            state.records.removeAll { $0.id == id }
            return result("{}")
        }
        let found = state.records.filter { $0.name == name }.map {
            "{\"id\":\"\($0.id)\",\"type\":\"\($0.type)\",\"name\":\"\($0.name)\","
                + "\"content\":\"\($0.content)\"}"
        }
        return result("[\(found.joined(separator: ","))]")
    }

    private static func tunnels(
        _ state: inout State,
        _ request: WebRequest,
        _ path: String,
        _ name: String?
    ) -> WebAnswer {
        guard path.hasPrefix("/accounts/\(account)/") else {
            return refusal(404, "Could not route to \(path)", 7003)
        }
        if request.method == .delete {
            let id = path.split(separator: "/").last.map(String.init) ?? ""
            guard let key = state.tunnels.first(where: { $0.value == id })?.key else {
                return refusal(404, "Tunnel not found", 1003)
            }
            state.tunnels[key] = nil
            return result("{}")
        }
        let found = state.tunnels.filter { $0.key == name }.map {
            "{\"id\":\"\($0.value)\",\"name\":\"\($0.key)\",\"status\":\"healthy\"}"
        }
        return result("[\(found.joined(separator: ","))]")
    }

    private static func result(_ json: String) -> WebAnswer {
        WebAnswer(status: 200, body: "{\"success\":true,\"errors\":[],\"result\":\(json)}")
    }

    private static func refusal(_ status: Int, _ words: String, _ code: Int) -> WebAnswer {
        let body =
            "{\"success\":false,\"errors\":[{\"code\":\(code),\"message\":\"\(words)\"}],"
            + "\"result\":null}"
        return WebAnswer(status: status, body: body)
    }
}
