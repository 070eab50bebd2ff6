import FoundationEssentials
import Trust

/// Where the journal's files lie: small, written whole, each under a name of its own.
package protocol ExecutionFiles: Sendable {
    /// All names, in any order.
    func names() -> [String]
    /// A file's bytes; nothing where it cannot be read.
    func read(_ name: String) -> [UInt8]?
    /// Durable, whole or not at all, when this returns.
    func write(_ name: String, _ bytes: [UInt8]) throws
    /// Removes a file, where there is one.
    func remove(_ name: String) throws
    /// Keeps a damaged file for people to look at, under a name that is never read again.
    func setAside(_ name: String)
}

/// The folder `executions` of a state directory.
struct ExecutionFolder: ExecutionFiles {
    private static let sizeLimit = 8 * 1024 * 1024

    private let folder: String

    /// Makes the folder where there is none.
    init(stateDirectory: String) throws(FileFailure) {
        folder = Self.path(inStateDirectory: stateDirectory)
        try AtomicFile.createDirectory(folder, mode: 0o700)
    }

    /// The names in a state directory's folder, for those who only look.
    static func names(inStateDirectory directory: String) -> [String] {
        let path = path(inStateDirectory: directory)
        return (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    func names() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    func read(_ name: String) -> [UInt8]? {
        try? AtomicFile.read(path(name), limit: Self.sizeLimit)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try AtomicFile.write(path(name), bytes, mode: 0o600)
    }

    func remove(_ name: String) throws {
        guard FileManager.default.fileExists(atPath: path(name)) else { return }
        try FileManager.default.removeItem(atPath: path(name))
    }

    func setAside(_ name: String) {
        let aside = path(name) + ".damaged"
        try? FileManager.default.removeItem(atPath: aside)
        try? FileManager.default.moveItem(atPath: path(name), toPath: aside)
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    private static func path(inStateDirectory directory: String) -> String {
        "\(directory)/executions"
    }
}
