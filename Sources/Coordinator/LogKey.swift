import Logging

/// The names under which logs hold data: one list, so that they can be searched for.
enum LogKey: String {
    case address
    case attempt
    case authority
    case cluster
    case descriptors
    case error
    case execution
    case expires
    case file
    case leftBehind
    case milliseconds
    case node
    case `operator`
    case outcome
    case peer
    case port
    case reason
    case rollout
    case step
}

extension Logger.Metadata {
    /// Joins data under known names.
    init(_ values: [LogKey: String]) {
        self.init(uniqueKeysWithValues: values.map { ($0.rawValue, .string($1)) })
    }
}

extension Logger {
    func note(_ text: Message, _ values: [LogKey: String] = [:]) {
        info(text, metadata: Metadata(values))
    }

    func complain(_ text: Message, _ values: [LogKey: String] = [:]) {
        error(text, metadata: Metadata(values))
    }
}
