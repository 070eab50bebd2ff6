package import Logging
import Protocol
import SwiftProtobuf
import Trust

/// What was begun and what ended, on disk: `executions/<id>.intent` before a step may change the
/// machine, `executions/<id>.result` before its result is sent, neither once the coordinator has it.
/// Files are protobuf messages without inputs and outputs, so that no secret comes to lie here.
package struct ExecutionJournal: Sendable {
    /// What a process finds that comes after a crash.
    struct Entry: Sendable, Equatable {
        /// Which execution.
        let id: ExecutionID
        /// How it ended; nothing where it did not.
        let result: WireStepResult?
    }

    /// The most files that are read, far above what a coordinator assigns at once.
    static let limit = 4096

    private let files: any ExecutionFiles
    private let logger: Logger

    /// A journal in files of any kind.
    package init(in files: any ExecutionFiles, logger: Logger) {
        self.files = files
        self.logger = logger
    }

    /// Opens the journal of a state directory, making its folder where there is none.
    init(stateDirectory: String, logger: Logger) throws(FileFailure) {
        self.init(in: try ExecutionFolder(stateDirectory: stateDirectory), logger: logger)
    }

    /// Everything that is not forgotten, in order. Files that cannot be read are set aside.
    func load() -> [Entry] {
        var entries: [ExecutionID: Entry] = [:]
        let names = files.names()
        for id in Self.ids(names, .intent).prefix(Self.limit) {
            let intent = read(id, .intent) { (intent: WireStepAssignment) in
                intent.executionID == "\(id)"
            }
            if intent != nil { entries[id] = Entry(id: id, result: nil) }
        }
        for id in Self.ids(names, .result).prefix(Self.limit) {
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
        for suffix in [Suffix.intent, .result] { try files.remove(Self.name(id, suffix)) }
    }
}

extension ExecutionJournal {
    private enum Suffix: String {
        case intent = ".intent"
        case result = ".result"
    }

    private static func name(_ id: ExecutionID, _ suffix: Suffix) -> String {
        "\(id)\(suffix.rawValue)"
    }

    private func write(_ id: ExecutionID, _ suffix: Suffix, _ message: some Message) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        try files.write(Self.name(id, suffix), bytes)
    }

    private func read<M: Message>(
        _ id: ExecutionID,
        _ suffix: Suffix,
        where isSound: (M) -> Bool
    ) -> M? {
        let name = Self.name(id, suffix)
        if let bytes = files.read(name),
            let message = try? M(serializedBytes: bytes), isSound(message)
        {
            return message
        }
        logger.log(
            .error,
            "set a damaged journal file aside; its step will be checked again",
            [.path: "executions/\(name)", .execution: "\(id)"]
        )
        files.setAside(name)
        return nil
    }
}

extension ExecutionJournal {
    /// The executions that have an intent, and those that have a result, by their files' names
    /// alone: for those who only look.
    static func names(
        inStateDirectory directory: String
    ) -> (intents: [ExecutionID], results: [ExecutionID]) {
        let names = ExecutionFolder.names(inStateDirectory: directory)
        return (ids(names, .intent), ids(names, .result))
    }

    private static func ids(_ names: [String], _ suffix: Suffix) -> [ExecutionID] {
        names.filter { $0.hasSuffix(suffix.rawValue) }
            .compactMap { ExecutionID(String($0.dropLast(suffix.rawValue.count))) }
            .sorted()
    }
}
