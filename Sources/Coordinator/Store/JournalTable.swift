import Foundation
import GRDB

/// One durable fact about a rollout.
struct JournalRow: Sendable, Equatable {
    /// Its place: 1, 2, 3 … without a gap.
    var number: Int64
    /// Milliseconds since 1970.
    var at: Int64
    /// JSON: the engine's record.
    var record: Data
}

/// `journal`: what happened in each rollout, in order. Rows are only ever added.
enum JournalTable {
    static func create(in db: Database) throws {
        try db.create(table: "journal", options: [.strict, .withoutRowID]) { table in
            table.column("rollout", .text).notNull().references("rollout")
            table.column("number", .integer).notNull()
            table.column("at", .integer).notNull()
            table.column("record", .blob).notNull()
            table.primaryKey(["rollout", "number"])
        }
    }

    /// Adds rows; one that is there already is an error, for two writers would then be at work.
    static func append(_ rows: [JournalRow], rollout: String, in db: Database) throws {
        for row in rows {
            try db.execute(
                sql: "INSERT INTO journal (rollout, number, at, record) VALUES (?, ?, ?, ?)",
                arguments: [rollout, row.number, row.at, row.record]
            )
        }
    }

    /// A rollout's rows after the given number, in order.
    static func rows(
        of rollout: String,
        after number: Int64 = 0,
        in db: Database
    ) throws
        -> [JournalRow]
    {
        try Row.fetchAll(
            db,
            sql: """
                SELECT number, at, record FROM journal WHERE rollout = ? AND number > ?
                ORDER BY number
                """,
            arguments: [rollout, number]
        ).map { JournalRow(number: $0["number"], at: $0["at"], record: $0["record"]) }
    }
}
