import Foundation

/// What `rollout --output json` said, line by line.
struct RolloutLog: Sendable {
    /// One line.
    struct Event: Decodable, Sendable {
        struct Step: Decodable, Sendable {
            let id: String
            let node: String
            let kind: String
            let dependsOn: [String]
        }

        let event: String
        let rollout: String?
        let steps: [Step]?
        let id: String?
        let node: String?
        let state: String?
        let attempt: Int?
        let message: String?
        let details: [String]?
        let remedy: String?
        let outcome: String?
        let changed: Int?
        let unchanged: Int?
        let failed: Int?
        let digest: String?
    }

    /// In the order of their coming.
    let events: [Event]

    /// Reads complete lines; the last one may still be on its way.
    init(_ text: String) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        let complete = text.hasSuffix("\n") ? lines[...] : lines.dropLast()
        events = try complete.map {
            try JSONDecoder().decode(Event.self, from: Data($0.utf8))
        }
    }

    /// The rollout's key.
    var rollout: String? { events.first { $0.event == "rolloutStarted" }?.rollout }
    /// The announced steps.
    var steps: [Event.Step] { events.first { $0.event == "rolloutStarted" }?.steps ?? [] }
    /// The sum at the end.
    var end: Event? { events.last { $0.event == "rolloutEnded" } }

    /// The states that a step went through.
    func states(of step: String) -> [String] {
        events.filter { $0.event == "step" && $0.id == step }.compactMap(\.state)
    }

    /// Whether a step of the kind is now in the state.
    func has(_ kind: String, in state: String) -> Bool {
        steps.contains { $0.kind == kind && states(of: $0.id).last == state }
    }
}
