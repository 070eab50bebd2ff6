import Foundation
import GRDB
import Plan
import RolloutEngine

/// What a rollout did, in numbers of steps.
struct RolloutTally: Sendable, Equatable {
    /// Steps that changed something.
    var changed = 0
    /// Steps that found everything as it should be.
    var unchanged = 0
    /// Steps that failed for good.
    var failed = 0
}

/// A rollout as it was asked for, with everything it was resolved to, so that a resumed one does
/// exactly what was begun.
struct RolloutRow: Sendable, Equatable {
    /// `r-` and eight hexadecimal digits.
    var id: String
    /// The cluster's name.
    var cluster: String
    /// The canonical plan.
    var plan: String
    /// SHA-256 of the canonical plan, hexadecimal.
    var digest: String
    /// JSON: a `FrozenRollout`.
    var frozen: Data
    /// Milliseconds since 1970.
    var started: Int64
    /// Milliseconds since 1970; nothing while it runs.
    var ended: Int64?
    /// How it ended; nothing while it runs.
    var outcome: RolloutOutcome?
    /// What it did; zeros while it runs.
    var tally = RolloutTally()
    /// The plan's secrets. Kept beside the outputs of its steps, and with them forgotten at its end;
    /// never read back with the row.
    var secrets: [OutputReference: Secret] = [:]
}

/// What was asked for once.
struct RolledOutPlan: Sendable, Equatable {
    /// The rollout's id.
    var rollout: String
    /// SHA-256 of the canonical plan, hexadecimal.
    var digest: String
    /// The canonical plan.
    var plan: String
}

/// `rollout`: one row for each rollout that ever began.
enum RolloutTable {
    /// Rollouts that a list shows at most.
    static let longestList = 200

    static func create(in db: Database) throws {
        try db.create(table: "rollout", options: [.strict, .withoutRowID]) { table in
            table.column("id", .text).notNull().primaryKey()
            table.column("cluster", .text).notNull()
            table.column("plan", .text).notNull()
            table.column("digest", .text).notNull()
            table.column("frozen", .blob).notNull()
            table.column("started", .integer).notNull()
            table.column("ended", .integer)
            table.column("outcome", .text)
            table.column("changed", .integer).notNull().defaults(to: 0)
            table.column("unchanged", .integer).notNull().defaults(to: 0)
            table.column("failed", .integer).notNull().defaults(to: 0)
        }
    }

    /// Gives the table row ids, and puts the plan and what it was resolved to last. That may be megabytes,
    /// and in a table without row ids each search for a key reads all of it: for five hundred hosts, 6 MB
    /// for each record of a journal.
    static func moveLargeColumns(in db: Database) throws {
        try db.create(table: "rollout_by_rowid", options: .strict) { table in
            table.column("id", .text).notNull().primaryKey()
            table.column("cluster", .text).notNull()
            table.column("digest", .text).notNull()
            table.column("started", .integer).notNull()
            table.column("ended", .integer)
            table.column("outcome", .text)
            table.column("changed", .integer).notNull().defaults(to: 0)
            table.column("unchanged", .integer).notNull().defaults(to: 0)
            table.column("failed", .integer).notNull().defaults(to: 0)
            table.column("plan", .text).notNull()
            table.column("frozen", .blob).notNull()
        }
        let columns =
            "id, cluster, digest, started, ended, outcome, changed, unchanged, failed, plan, frozen"
        try db.execute(
            sql: "INSERT INTO rollout_by_rowid (\(columns)) SELECT \(columns) FROM rollout"
        )
        try db.drop(table: "rollout")
        try db.rename(table: "rollout_by_rowid", to: "rollout")
    }

    /// Keeps a rollout that begins.
    static func add(_ rollout: RolloutRow, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO rollout (id, cluster, plan, digest, frozen, started)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                rollout.id, rollout.cluster, rollout.plan, rollout.digest, rollout.frozen,
                rollout.started,
            ]
        )
        try StepOutputTable.keep(rollout.secrets, rollout: rollout.id, in: db)
    }

    /// Notes the end of a rollout and forgets its secrets.
    static func end(
        _ id: String,
        _ outcome: RolloutOutcome,
        _ tally: RolloutTally,
        at now: Int64,
        in db: Database
    ) throws {
        try db.execute(
            sql: """
                UPDATE rollout SET ended = ?, outcome = ?, changed = ?, unchanged = ?, failed = ?
                WHERE id = ?
                """,
            arguments: [
                now, outcome.rawValue, tally.changed, tally.unchanged, tally.failed, id,
            ]
        )
        try StepOutputTable.forget(rollout: id, in: db)
    }

    /// The rollout, nothing where there never was one.
    static func find(_ id: String, in db: Database) throws -> RolloutRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM rollout WHERE id = ?", arguments: [id]).map(read)
    }

    /// Rollouts without an end, oldest first.
    static func unfinished(in db: Database) throws -> [RolloutRow] {
        try Row.fetchAll(
            db,
            sql: "SELECT * FROM rollout WHERE ended IS NULL ORDER BY started, id"
        ).map(read)
    }

    /// The latest rollouts, newest first.
    static func latest(_ limit: Int, in db: Database) throws -> [RolloutRow] {
        try Row.fetchAll(
            db,
            sql: "SELECT * FROM rollout ORDER BY started DESC, id LIMIT ?",
            arguments: [limit]
        ).map(read)
    }

    /// The plans of the latest rollouts, newest first.
    static func latestPlans(_ limit: Int, in db: Database) throws -> [RolledOutPlan] {
        try Row.fetchAll(
            db,
            sql: "SELECT id, digest, plan FROM rollout ORDER BY started DESC, id LIMIT ?",
            arguments: [limit]
        ).map { RolledOutPlan(rollout: $0["id"], digest: $0["digest"], plan: $0["plan"]) }
    }

    private static func read(_ row: Row) throws -> RolloutRow {
        let word: String? = row["outcome"]
        let outcome = word.flatMap(RolloutOutcome.init)
        let id: String = row["id"]
        guard (word == nil) == (outcome == nil) else {
            throw StoreFailure.corrupt("rollout \(id) ended as '\(word ?? "")'")
        }
        return RolloutRow(
            id: id,
            cluster: row["cluster"],
            plan: row["plan"],
            digest: row["digest"],
            frozen: row["frozen"],
            started: row["started"],
            ended: row["ended"],
            outcome: outcome,
            tally: RolloutTally(
                changed: row["changed"],
                unchanged: row["unchanged"],
                failed: row["failed"]
            )
        )
    }
}
