import Plan
import Steps
import Subprocess

extension LinuxHost {
    func run(_ command: Command) async throws(HostFailure) -> CommandResult {
        guard let program = command.argv.first else {
            throw HostFailure(.other, "there is no program in an empty command")
        }
        let (ending, isLate) = await race(command)
        if Task.isCancelled {
            throw HostFailure(.cancelled, "“\(program)” was ended because the step was cancelled")
        }
        let result = try ending.get()
        guard !isLate else {
            throw HostFailure(
                .timedOut,
                "“\(program)” did not end within \(command.timeout) ms and was stopped",
                details: result.complaints
            )
        }
        return result
    }

    private typealias Ending = Result<CommandResult, HostFailure>

    /// Runs the program against the clock; whichever is left is ended, the program with all that
    /// it started.
    private func race(_ command: Command) async -> (ending: Ending, isLate: Bool) {
        await withTaskGroup(of: Void.self) { clock in
            let program = Task { await attempt(command) }
            clock.addTask {
                guard (try? await Task.sleep(for: .milliseconds(max(0, command.timeout)))) != nil
                else { return }
                program.cancel()
            }
            let ending = await withTaskCancellationHandler {
                await program.value
            } onCancel: {
                program.cancel()
            }
            clock.cancelAll()
            return (ending, program.isCancelled)
        }
    }

    /// Runs the program until it ends, or until the task is cancelled and that ends it.
    private func attempt(_ command: Command) async -> Ending {
        let program = command.argv.first ?? ""
        do {
            let outcome = try await Subprocess.run(
                try await executable(program),
                arguments: Arguments(Array(command.argv.dropFirst())),
                environment: environment(with: command.environment),
                platformOptions: Self.options,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                let captured = await Self.converse(execution, command.standardInput)
                if Task.isCancelled {
                    await execution.teardown(using: Self.ending)
                    // What its children did not heed. The program is reaped only after this
                    // closure, so the number is still that of its group.
                    try? execution.send(signal: .kill, toProcessGroup: true)
                }
                return captured
            }
            return .success(
                CommandResult(
                    status: outcome.terminationStatus.shellStatus,
                    standardOutput: outcome.closureResult.output.text,
                    standardError: outcome.closureResult.error.text
                )
            )
        } catch let error as SubprocessError where error.code == .executableNotFound {
            return .failure(HostFailure(.programMissing, "there is no program “\(program)” here"))
        } catch {
            return .failure(
                HostFailure(.other, "“\(program)” cannot be run", details: ["\(error)"])
            )
        }
    }

    /// Finds a program by its name on the search path, or by its absolute path.
    private func executable(_ program: String) async throws -> Executable {
        guard let slash = program.lastIndex(of: "/") else {
            return try await Self.executable(program, in: searchPath)
        }
        return try await Self.executable(
            String(program[program.index(after: slash)...]),
            in: slash == program.startIndex ? "/" : String(program[..<slash])
        )
    }

    private static func executable(
        _ name: String,
        in searchPath: String
    ) async throws -> Executable {
        let place = Environment.custom(["PATH": searchPath])
        return .path(try await Executable.name(name).resolveExecutablePath(in: place))
    }

    /// A session of its own, so that a signal to the agent's terminal or group is none to it.
    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = ending
        return options
    }

    /// SIGTERM to all that it started, and SIGKILL five seconds later.
    private static var ending: [TeardownStep] {
        [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(5))]
    }

    private func environment(with additions: [String: String]) -> Environment {
        var variables = ["PATH": searchPath, "HOME": home, "LANG": "C.UTF-8"]
        variables.merge(additions) { _, addition in addition }
        var environment: [Environment.Key: String] = [:]
        for (name, value) in variables {
            guard let key = Environment.Key(rawValue: name) else { continue }
            environment[key] = value
        }
        return .custom(environment)
    }

    private typealias Conversation = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    /// Gives the program its input while it takes up what it says.
    private static func converse(
        _ execution: Conversation,
        _ input: Secret?
    ) async -> (output: CapturedText, error: CapturedText) {
        async let output = capture(execution.standardOutput, CapturedText(first: 1 << 20))
        async let error = capture(execution.standardError, CapturedText(last: 1 << 16))
        // A program may end without having read all: that is its own affair.
        if let input {
            _ = try? await execution.standardInputWriter.write(input.reveal())
        }
        try? await execution.standardInputWriter.finish()
        return await (output, error)
    }

    private static func capture(
        _ pieces: SubprocessOutputSequence,
        _ captured: CapturedText
    ) async -> CapturedText {
        var captured = captured
        do {
            for try await piece in pieces { piece.withUnsafeBytes { captured.append($0) } }
        } catch {
            // The pipe broke with the program; what came until then is what there is.
        }
        return captured
    }
}

extension TerminationStatus {
    /// As a shell's `$?` tells it.
    fileprivate var shellStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
