import Foundation
import GRPCTransport
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips what calls, or is called by, Python's grpcio where there is none.
    static var needsPython: Self {
        .enabled(
            if: PythonScript.interpreter != nil,
            "ISTHMUS_PYTHON names no Python interpreter that has grpcio"
        )
    }
}

/// A gRPC peer that is not ours: one of the scripts in the folder Python, in a process of its own,
/// with a credential in a folder that lives as long as this.
final class PythonScript: Sendable {
    /// A Python that has grpcio, if somebody names one.
    static let interpreter = ProcessInfo.processInfo.environment["ISTHMUS_PYTHON"]

    private let path: String
    private let folder: URL

    init(_ name: String, as identity: TLSIdentity) throws {
        path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Python/\(name)").path()
        folder = FileManager.default.temporaryDirectory
            .appending(path: "isthmus-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try write(Array(identity.certificate.utf8), to: "cert.pem")
        try write(identity.key, to: "key.pem")
        try write(Array(identity.authorities.utf8), to: "ca.pem")
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs it to its end, and returns everything it said.
    func output(_ arguments: String...) async throws -> String {
        let (process, said) = process(arguments)
        process.standardError = said
        try process.run()
        return try await offThePool {
            let bytes = said.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Runs it while `body` works with the first line that it says; the end of its input ends it.
    func serving<Result: Sendable>(
        _ body: (_ line: String) async throws -> Result
    ) async throws -> Result {
        let (process, said) = process([])
        let input = Pipe()
        process.standardInput = input
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        let line = try await offThePool {
            var line = Data()
            while let byte = try said.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
                if byte == Data("\n".utf8) { break }
                line += byte
            }
            return String(decoding: line, as: UTF8.self)
        }
        return try await body(line)
    }

    private func process(_ arguments: [String]) -> (Process, Pipe) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Self.interpreter ?? "")
        process.arguments = ["-B", path, folder.path()] + arguments
        process.standardOutput = output
        return (process, output)
    }

    /// Runs what blocks on a thread of its own.
    private func offThePool<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try body() })
            }
        }
    }
}
