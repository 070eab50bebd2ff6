/// How a command ended, for scripts; each command's help names those that it uses.
enum CommandExit: Int32, Sendable {
    case done = 0
    case failed = 1
    /// Wrong usage, or a plan with problems.
    case usage = 2
    /// A dry run found something to change.
    case changesPending = 3
    /// Ctrl-C ended the watching, not the rollout: 128 and the number of SIGINT.
    case detached = 130
}

/// Why a command did not do what it was asked, for the person who typed it.
struct CommandFailure: Error, Sendable, Equatable {
    /// What happened and where.
    var message: String
    /// What to do next: sentences or commands, one a line.
    var advice: [String]
    /// How the process ends.
    var code: CommandExit

    /// Describes a failure.
    init(_ message: String, advice: [String] = [], code: CommandExit = .failed) {
        self.message = message
        self.advice = advice
        self.code = code
    }

    /// All of it, without control characters but for the line breaks.
    var text: String {
        let lines = "Error: \(message)".split(separator: "\n").map(String.init) + advice
        return lines.map(TerminalText.cleaned).joined(separator: "\n")
    }
}
