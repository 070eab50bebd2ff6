import Foundation
import Steps

@testable import NodeAgent

/// A directory for one test with a folder for programs that play the system's own.
final class HostScratch: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("host-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: "\(path)/bin",
            withIntermediateDirectories: true
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A machine whose programs are those of `play` before the real ones.
    var host: LinuxHost {
        LinuxHost(searchPath: "\(path)/bin:\(LinuxHost.standardSearchPath)", home: path)
    }

    /// A machine that has no programs but those of `play` and the shell's own commands.
    var bareHost: LinuxHost { LinuxHost(searchPath: "\(path)/bin", home: path) }

    private static let player = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("played-program.sh")

    /// Puts a shell script in a program's place; it notes each call in `calls`.
    func play(_ program: String, _ script: String) throws {
        let text = """
            echo "\(program) $*" >> "\(path)/calls"
            \(script)

            """
        let file = URL(fileURLWithPath: "\(path)/bin/\(program)")
        try Data(text.utf8).write(to: file.appendingPathExtension("played"))
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.createSymbolicLink(at: file, withDestinationURL: Self.player)
    }

    /// The played programs' calls, in order.
    var calls: [String] {
        let text = try? String(contentsOfFile: "\(path)/calls", encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }
}
