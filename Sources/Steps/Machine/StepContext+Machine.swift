import Plan

// What kinds ask of the machine: the calls of `Host`, with failures in the operator's words.
extension StepContext {
    /// What the machine is.
    func facts() async throws(StepFailure) -> HostFacts {
        try await asking("look at the machine") { host throws(HostFailure) in
            try await host.facts()
        }
    }

    /// The file's text, nothing where there is no file. Bytes that are no UTF-8 are replaced.
    func text(of path: String) async throws(StepFailure) -> String? {
        let bytes = try await asking("read \(path)") { host throws(HostFailure) in
            try await host.read(path)
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The file's permission bits, nothing where there is no file.
    func mode(of path: String) async throws(StepFailure) -> UInt32? {
        try await asking("look at \(path)") { host throws(HostFailure) in
            try await host.mode(of: path)
        }
    }

    /// The file's hash, nothing where there is no file.
    func sha256(of path: String) async throws(StepFailure) -> String? {
        try await asking("hash \(path)") { host throws(HostFailure) in
            try await host.sha256(of: path)
        }
    }

    /// Replaces the file as a whole.
    func write(_ path: String, _ text: String, mode: UInt32) async throws(StepFailure) {
        try await write(path, Array(text.utf8), mode: mode)
    }

    /// Replaces the file as a whole.
    func write(_ path: String, _ content: [UInt8], mode: UInt32) async throws(StepFailure) {
        try await asking("write \(path)") { host throws(HostFailure) in
            try await host.write(path, content, mode: mode)
        }
    }

    /// What systemd says of a unit.
    func unit(_ name: String) async throws(StepFailure) -> UnitState {
        try await asking("ask systemd about \(name)") { host throws(HostFailure) in
            try await host.unit(name)
        }
    }

    /// Acts on a unit without waiting for it to come up.
    func perform(_ action: UnitAction, on unit: String) async throws(StepFailure) {
        try await asking("\(action.rawValue) \(unit)") { host throws(HostFailure) in
            try await host.perform(action, on: unit)
        }
    }

    /// Runs a program to its end, whatever its status.
    func run(_ command: Command) async throws(StepFailure) -> CommandResult {
        try await asking("run \(command.title)") { host throws(HostFailure) in
            try await host.run(command)
        }
    }

    /// Runs a program that has to end well.
    func require(_ command: Command) async throws(StepFailure) -> CommandResult {
        let result = try await run(command)
        guard result.status == 0 else { throw StepFailure(result, of: command) }
        return result
    }

    /// Runs a program that may well be missing or not answer; nothing in both cases.
    func probe(_ command: Command) async throws(StepFailure) -> CommandResult? {
        do {
            return try await host.run(command)
        } catch {
            switch error.code {
            case .programMissing, .timedOut: return nil
            default: throw StepFailure(error, while: "run \(command.title)")
            }
        }
    }

    /// Fails unless a check finds nothing left to do.
    func confirm(_ step: some Step) async throws(StepFailure) {
        guard case .changes(let changes) = try await step.check(self) else { return }
        throw StepFailure(
            "\(step.title): done, yet the machine is not as it should be",
            details: changes.flatMap { $0.rendered() }
        )
    }

    private func asking<Answer>(
        _ doing: @autoclosure () -> String,
        _ question: (any Host) async throws(HostFailure) -> Answer
    ) async throws(StepFailure) -> Answer {
        do {
            return try await question(host)
        } catch {
            throw StepFailure(error, while: doing())
        }
    }
}

extension Command {
    /// The first words, enough to recognise the program by.
    var title: String {
        argv.prefix(3).joined(separator: " ")
    }
}

extension StepFailure {
    /// Words about a program that ended badly, with the end of what it complained about.
    init(_ result: CommandResult, of command: Command, remedy: String = "") {
        let complaint = result.standardError.split(separator: "\n").suffix(20)
        self.init(
            "\(command.title) ended with status \(result.status)",
            details: complaint.map { Redaction.line(String($0)) },
            remedy: remedy,
            isPermanent: ProgramVerdict.isPermanent(result, of: command)
        )
    }
}
