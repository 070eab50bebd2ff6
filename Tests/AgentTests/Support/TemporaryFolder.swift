import FoundationEssentials
import Logging

/// A folder that is gone afterwards.
func withTemporaryFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let path = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

private func makeTemporaryFolder() throws -> String {
    let name = "isthmus-agent-\(UInt64.random(in: 0 ... .max))"
    let path = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}

extension Logger {
    /// Writes nowhere.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
