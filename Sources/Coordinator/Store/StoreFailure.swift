import GRDB

/// Why the store did not do what was asked.
struct StoreFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds that a caller may decide on.
    enum Code: Sendable {
        /// The file cannot be opened or is no store.
        case cannotOpen
        /// A newer release wrote it.
        case newerSchema
        /// No room on the disk.
        case diskFull
        /// What is stored cannot be read as what it should be.
        case corrupt
        /// SQLite refused.
        case refused
    }

    /// Which kind.
    var code: Code
    /// What happened, for the operator.
    var description: String

    /// Describes a failure.
    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Takes an error of GRDB or of a table.
    init(_ error: any Error) {
        switch error {
        case let failure as StoreFailure:
            self = failure
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
            self.init(.diskFull, "the disk of the coordinator's store is full")
        case let error as DatabaseError
        where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode):
            self.init(.corrupt, "the coordinator's store is damaged: \(Self.text(of: error))")
        case let error as DatabaseError:
            self.init(.refused, "the coordinator's store refused: \(Self.text(of: error))")
        default:
            self.init(.refused, "the coordinator's store refused: \(error)")
        }
    }

    /// Takes an error of the opening of a file.
    init(opening path: String, _ error: any Error) {
        switch error {
        case let failure as StoreFailure:
            self = failure
        case let error as DatabaseError:
            self.init(.cannotOpen, "\(path) cannot be opened as a store: \(Self.text(of: error))")
        default:
            self.init(.cannotOpen, "\(path) cannot be opened as a store: \(error)")
        }
    }

    /// A store whose migrations this release does not know.
    static func newerSchema(_ path: String, _ unknown: [String]) -> StoreFailure {
        StoreFailure(
            .newerSchema,
            "\(path) was written by a newer release (it knows "
                + unknown.map { "'\($0)'" }.joined(separator: ", ")
                + "); install that release or a later one, or restore a copy made before it"
        )
    }

    /// Something stored that cannot be what this release wrote.
    static func corrupt(_ what: String) -> StoreFailure {
        StoreFailure(.corrupt, "the coordinator's store is damaged: \(what)")
    }

    /// SQLite's words alone: a statement's arguments may be hashes and plans.
    private static func text(of error: DatabaseError) -> String {
        error.message ?? "\(error.resultCode)"
    }
}
