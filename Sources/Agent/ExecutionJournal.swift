import FoundationEssentials
import Logging
import Protocol
import SwiftProtobuf
import Trust

/// What was begun and what ended, on disk: `executions/<id>.intent` before a step may change the
/// machine, `executions/<id>.result` before its result is sent, neither once the coordinator has it.
/// Files are protobuf messages without inputs and outputs, so that no secret comes to lie here.
struct ExecutionJournal: Sendable {
    /// What a process finds that comes after a crash.
    struct Entry: Sendable, Equatable {
        /// Which execution.
        let id: ExecutionID
        /// How it ended; nothing where it did not.
        let result: WireStepResult?
    }

    /// The most files that are read, far above what a coordinator assigns at once.
    static let limit = 4096
    private static let sizeLimit = 8 * 1024 * 1024

    private let stateDirectory: String
    private let folder: String
    private let logger: Logger

    /// Opens the journal of a state directory, making its folder where there is none.
    init(stateDirectory: String, logger: Logger) throws(FileFailure) {
        self.stateDirectory = stateDirectory
        folder = "\(stateDirectory)/executions"
        self.logger = logger
        try AtomicFile.createDirectory(folder, mode: 0o700)
    }

    /// Everything that is not forgotten, in order. Files that cannot be read are set aside.
    func load() -> [Entry] {
        var entries: [ExecutionID: Entry] = [:]
        let (intents, results) = Self.names(inStateDirectory: stateDirectory)
        for id in intents.prefix(Self.limit) {
            let intent = read(id, .intent) { (intent: WireStepAssignment) in
                intent.executionID == "\(id)"
            }
            if intent != nil { entries[id] = Entry(id: id, result: nil) }
        }
        for id in results.prefix(Self.limit) {
            let result = read(id, .result) { (result: WireStepResult) in
                result.executionID == "\(id)" && result.outcome != nil
            }
            if let result { entries[id] = Entry(id: id, result: result) }
        }
        return entries.values.sorted { $0.id < $1.id }
    }

    /// Records that an execution is about to run.
    func writeIntent(_ id: ExecutionID, _ assignment: WireStepAssignment) throws {
        var kept = assignment
        kept.inputs = [:]
        try write(id, .intent, kept)
    }

    /// Records how an execution ended.
    func writeResult(_ id: ExecutionID, _ result: WireStepResult) throws {
        var kept = result
        kept.outputs = [:]
        try write(id, .result, kept)
    }

    /// Forgets an execution. Where a crash brings a file back, the result is sent once more.
    func remove(_ id: ExecutionID) throws {
        // The result goes last: an intent alone would count as interrupted.
        for suffix in [Suffix.intent, .result] {
            let path = path(id, suffix)
            guard FileManager.default.fileExists(atPath: path) else { continue }
            try FileManager.default.removeItem(atPath: path)
        }
    }
}

extension ExecutionJournal {
    private enum Suffix: String {
        case intent = ".intent"
        case result = ".result"
    }

    private func path(_ id: ExecutionID, _ suffix: Suffix) -> String {
        "\(folder)/\(id)\(suffix.rawValue)"
    }

    private func write(_ id: ExecutionID, _ suffix: Suffix, _ message: some Message) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        try AtomicFile.write(path(id, suffix), bytes, mode: 0o600)
    }

    private func read<M: Message>(
        _ id: ExecutionID,
        _ suffix: Suffix,
        where isSound: (M) -> Bool
    ) -> M? {
        if let bytes = try? AtomicFile.read(path(id, suffix), limit: Self.sizeLimit),
            let message = try? M(serializedBytes: bytes), isSound(message)
        {
            return message
        }
        setAside(id, suffix)
        return nil
    }

    /// Keeps a damaged file for people to look at, under a name that is never read again.
    private func setAside(_ id: ExecutionID, _ suffix: Suffix) {
        let damaged = path(id, suffix)
        logger.log(
            .error,
            "set a damaged journal file aside; its step will be checked again",
            [.path: damaged, .execution: "\(id)"]
        )
        let aside = damaged + ".damaged"
        try? FileManager.default.removeItem(atPath: aside)
        try? FileManager.default.moveItem(atPath: damaged, toPath: aside)
    }
}

extension ExecutionJournal {
    /// The executions that have an intent, and those that have a result, by their files' names
    /// alone: for those who only look.
    static func names(
        inStateDirectory directory: String
    ) -> (intents: [ExecutionID], results: [ExecutionID]) {
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/executions"))
        return (ids(names ?? [], .intent), ids(names ?? [], .result))
    }

    private static func ids(_ names: [String], _ suffix: Suffix) -> [ExecutionID] {
        names.filter { $0.hasSuffix(suffix.rawValue) }
            .compactMap { ExecutionID(String($0.dropLast(suffix.rawValue.count))) }
            .sorted()
    }
}
