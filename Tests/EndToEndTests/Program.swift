import Foundation
import Testing

/// One of the built programs as a process of its own. What it says goes to files, so that no full
/// pipe can stop it.
final class Program: Sendable {
    /// How a process ended and what it said.
    struct Ending: Sendable {
        let status: Int32
        let output: String
        let complaint: String
    }

    /// What was typed.
    let arguments: [String]
    private let process: ChildProcess
    private let outputFile: URL
    private let complaintFile: URL

    /// Starts `name` (`coordinator`, `node-agent`) from where the tests were built.
    /// On a terminal it has all three of its streams there.
    init(
        _ name: String,
        _ arguments: [String],
        log folder: URL,
        temporary: URL,
        terminal: PseudoTerminal? = nil
    ) throws {
        self.arguments = arguments
        let stem = "\(name)-\(UUID().uuidString.prefix(8))"
        outputFile = folder.appendingPathComponent(stem + ".out")
        complaintFile = folder.appendingPathComponent(stem + ".err")
        var environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8",
            "TMPDIR": temporary.path,
        ]
        if terminal != nil { environment["TERM"] = "xterm-256color" }
        let nothing = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/null"))
        let output = try terminal?.slave ?? Self.create(outputFile)
        let complaint = try terminal?.slave ?? Self.create(complaintFile)
        process = try ChildProcess(
            try Self.products().appendingPathComponent(name).path,
            arguments,
            environment: environment,
            streams: ChildProcess.Streams(
                input: (terminal?.slave ?? nothing).fileDescriptor,
                output: output.fileDescriptor,
                complaint: complaint.fileDescriptor
            )
        )
        withExtendedLifetime((nothing, output, complaint)) {}
    }

    /// The process' number.
    var id: Int32 { process.id }
    /// Whether it goes on.
    var isRunning: Bool { process.isRunning }
    /// What it wrote to standard output so far.
    var output: String { Self.text(outputFile) }
    /// What it wrote to standard error so far.
    var complaint: String { Self.text(complaintFile) }

    /// Waits for its end.
    func ending(within limit: Duration = .seconds(60)) async throws -> Ending {
        try await eventually("\(arguments.prefix(2)) ends", within: limit) {
            !self.process.isRunning
        }
        return Ending(status: process.terminationStatus, output: output, complaint: complaint)
    }

    /// Ends it as a crash would: nothing of it runs after this.
    func kill() async throws {
        process.signal(SIGKILL)
        try await eventually("\(arguments.prefix(2)) is gone") { !self.process.isRunning }
    }

    /// Sends it a signal.
    func signal(_ number: Int32) {
        process.signal(number)
    }

    /// Asks it to end, then ends it.
    func stop() async {
        guard process.isRunning else { return }
        process.signal(SIGTERM)
        let isGone = await becomes(within: .seconds(15)) { !self.process.isRunning }
        if !isGone { process.signal(SIGKILL) }
    }

    /// Where the test bundle lies, and the programs beside it.
    private static func products() throws -> URL {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: bundle).deletingLastPathComponent()
    }

    private static func create(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private static func text(_ file: URL) -> String {
        (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// That something did not come to pass in its time.
struct NeverCame: Error, CustomStringConvertible {
    let description: String
}

/// Waits until a condition holds, asking every 20 ms.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ condition: @Sendable () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NeverCame(description: "not within \(limit): \(what)")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}

private func becomes(
    within limit: Duration,
    _ condition: @Sendable () async -> Bool
) async -> Bool {
    (try? await eventually("", within: limit, condition)) != nil
}
