import ArgumentParser

/// Where the coordinator keeps its state, which also holds the operator's credential.
struct StateOption: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "The coordinator's state folder, which holds the operator's credential.",
            valueName: "dir"
        )
    )
    var path = StateDirectory.defaultPath

    func validate() throws {
        guard !path.isEmpty else { throw ValidationError("--state needs the name of a folder.") }
    }

    /// The folder.
    var directory: StateDirectory { StateDirectory(path) }

    /// The option as it has to be added to a command, with a space before it; empty where the
    /// default does.
    var suffix: String { path == StateDirectory.defaultPath ? "" : " --state \(path)" }
}

/// For whom a command writes.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
}

/// For whom a command writes.
struct OutputOption: ParsableArguments {
    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("For people (text) or programs (json).", valueName: "format")
    )
    var format = OutputFormat.text
}

/// A plan's file.
struct PlanOption: ParsableArguments {
    @Option(
        name: .customLong("plan"),
        help: ArgumentHelp("The plan, JSON or YAML; - for standard input.", valueName: "file"),
        completion: .file(extensions: ["json", "yaml", "yml"])
    )
    var file: String
}

/// A span of time as people type it: `90s`, `30m`, `12h`, `7d`.
struct TimeToLive: ExpressibleByArgument, Sendable, Equatable {
    /// A minute to a week, as the protocol allows.
    static let bounds: ClosedRange<Int64> = 60...604_800

    /// Seconds.
    let seconds: Int64

    /// Nothing where the text is no span or out of bounds.
    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last, let factor = units[unit],
            argument.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }),
            let count = Int64(argument.dropLast())
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow, Self.bounds.contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// In the same form.
    var defaultValueDescription: String {
        seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}

extension TimeToLive {
    /// Time enough to log in to a machine.
    static let halfAnHour = TimeToLive(seconds: 1800)

    private init(seconds: Int64) {
        self.seconds = seconds
    }
}
