import Foundation
import GRDB
import Glibc

/// The coordinator's memory: one SQLite file, readable by its owner alone.
///
/// A write has reached the disk when its call returns (WAL with `synchronous = FULL`). What each
/// table holds, and its SQL, stands in the file named after it.
struct Store: Sendable {
    private let pool: DatabasePool

    /// Opens the file, makes it where there is none, and brings its schema up to date.
    ///
    /// - Throws: `StoreFailure` where the file is no store, was written by a newer release, or the
    ///   disk does not do what it should.
    init(path: String) throws(StoreFailure) {
        do {
            try Self.reserve(path)
            pool = try DatabasePool(path: path, configuration: Self.configuration())
            try pool.read { db throws in
                let unknown = try StoreMigrations.unknown(in: db)
                guard unknown.isEmpty else { throw StoreFailure.newerSchema(path, unknown) }
            }
            try StoreMigrations.migrator.migrate(pool)
            // GRDB sets NORMAL for write-ahead logs, which may lose the last writes with the power.
            try pool.writeWithoutTransaction { db throws in
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
        } catch {
            throw StoreFailure(opening: path, error)
        }
    }

    /// Reads what was true at one moment.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreFailure(error)
        }
    }

    /// Writes all or nothing, and returns once it is on the disk.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        do {
            return try await pool.write(body)
        } catch {
            throw StoreFailure(error)
        }
    }

    /// Writes the log back into the file and empties it, so that what was deleted is gone from
    /// both. Where somebody is reading, it waits up to five seconds.
    func settle() async throws(StoreFailure) {
        do {
            try await pool.writeWithoutTransaction { db throws in
                _ = try db.checkpoint(.truncate)
            }
        } catch {
            throw StoreFailure(error)
        }
    }

    /// Closes the file.
    func close() throws(StoreFailure) {
        do {
            try pool.close()
        } catch {
            throw StoreFailure(error)
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "isthmus.store"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        // Deleted outputs of steps are secrets: their pages are overwritten.
        configuration.prepareDatabase { db throws in
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }

    /// SQLite gives a new file the process's default mode; its log files take the main file's.
    private static func reserve(_ path: String) throws(StoreFailure) {
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreFailure(.cannotOpen, "\(path): \(String(cString: strerror(errno)))")
        }
        Glibc.close(descriptor)
    }
}
