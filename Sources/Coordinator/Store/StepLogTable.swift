import Foundation
import GRDB
import Plan

/// A line that a step said.
struct StepLine: Sendable, Equatable {
    /// The rollout's key.
    var rollout: String
    /// Who said it.
    var step: StepID
    /// In which attempt.
    var attempt: Int
    /// Milliseconds since 1970.
    var at: Int64
    /// What; no secret that the rollout knows.
    var text: String
}

/// A line as it is kept.
struct StepLogRow: Sendable, Equatable {
    /// Grows from line to line, with gaps.
    var number: Int64
    /// 1, 2, 3 … within the step.
    var place: Int64
    /// The line.
    var line: StepLine
}

/// `step_log`: what steps said. Bounded: 500 lines of a step, 20,000 of a rollout, the 20 latest
/// rollouts that said anything; a line has at most 1,000 bytes (`StepLogs`), so that the table never
/// holds more than 400 MB and as a rule a hundredth of it. The oldest go first.
enum StepLogTable {
    /// Lines of one step.
    static let mostOfAStep = 500
    /// Lines of one rollout.
    static let mostOfARollout = 20_000
    /// Rollouts whose lines are kept.
    static let mostRollouts = 20

    static func create(in db: Database) throws {
        try db.create(table: "step_log", options: [.strict]) { table in
            table.autoIncrementedPrimaryKey("number")
            table.column("rollout", .text).notNull().references("rollout")
            table.column("step", .text).notNull()
            table.column("place", .integer).notNull()
            table.column("attempt", .integer).notNull()
            table.column("at", .integer).notNull()
            table.column("line", .text).notNull()
            table.uniqueKey(["rollout", "step", "place"])
        }
        try db.create(
            index: "step_log_by_rollout",
            on: "step_log",
            columns: ["rollout", "number"]
        )
    }

    /// Keeps lines in their order, and forgets what is beyond the bounds.
    static func append(_ lines: [StepLine], in db: Database) throws {
        var steps: Set<[String]> = []
        for line in lines {
            let key = [line.rollout, line.step.description]
            steps.insert(key)
            let last = try Int64.fetchOne(
                db,
                sql: "SELECT max(place) FROM step_log WHERE rollout = ? AND step = ?",
                arguments: StatementArguments(key)
            )
            try db.execute(
                sql: """
                    INSERT INTO step_log (rollout, step, place, attempt, at, line)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    line.rollout, line.step.description, (last ?? 0) + 1, line.attempt, line.at,
                    line.text,
                ]
            )
        }
        for key in steps {
            try db.execute(
                sql: """
                    DELETE FROM step_log WHERE rollout = ? AND step = ? AND place <=
                    (SELECT max(place) FROM step_log WHERE rollout = ? AND step = ?) - ?
                    """,
                arguments: StatementArguments(key + key) + [mostOfAStep]
            )
        }
        for rollout in Set(lines.map(\.rollout)) {
            try db.execute(
                sql: """
                    DELETE FROM step_log WHERE rollout = ? AND number <= (SELECT number
                    FROM step_log WHERE rollout = ? ORDER BY number DESC LIMIT 1 OFFSET ?)
                    """,
                arguments: [rollout, rollout, mostOfARollout]
            )
        }
    }

    /// Forgets the lines of all but the latest rollouts.
    static func prune(in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM step_log WHERE rollout NOT IN (SELECT id FROM rollout
                WHERE EXISTS (SELECT 1 FROM step_log WHERE step_log.rollout = rollout.id)
                ORDER BY started DESC, id LIMIT ?)
                """,
            arguments: [mostRollouts]
        )
    }

    /// Overwrites what has turned out to be a secret in the lines of a rollout.
    static func redact(_ secrets: KnownSecrets, in rollout: String, _ db: Database) throws {
        try secrets.each { text, replacement in
            try db.execute(
                sql: """
                    UPDATE step_log SET line = replace(line, ?, ?)
                    WHERE rollout = ? AND instr(line, ?) > 0
                    """,
                arguments: [text, replacement, rollout, text]
            )
        }
    }

    /// At most `limit` lines after a number, in order; only of these steps, where some are named.
    static func rows(
        of rollout: String,
        steps: Set<StepID>? = nil,
        after number: Int64,
        limit: Int,
        in db: Database
    ) throws -> [StepLogRow] {
        let (condition, names) = selection(steps)
        return try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM step_log WHERE rollout = ? AND number > ?\(condition)
                ORDER BY number LIMIT ?
                """,
            arguments: [rollout, number] + names + [limit]
        ).map(read)
    }

    /// The number after which so many lines are left, of these steps.
    static func number(
        before last: Int,
        of rollout: String,
        steps: Set<StepID>?,
        in db: Database
    ) throws -> Int64 {
        let (condition, names) = selection(steps)
        return try Int64.fetchOne(
            db,
            sql: """
                SELECT number FROM step_log WHERE rollout = ?\(condition)
                ORDER BY number DESC LIMIT 1 OFFSET ?
                """,
            arguments: [rollout] + names + [last]
        ) ?? 0
    }

    /// As one argument, for a plan has more steps than SQLite takes arguments.
    private static func selection(_ steps: Set<StepID>?) -> (String, StatementArguments) {
        guard let steps else { return ("", []) }
        let names = (try? JSONEncoder().encode(steps.map(\.description))) ?? Data("[]".utf8)
        return (
            " AND step IN (SELECT value FROM json_each(?))",
            [String(decoding: names, as: UTF8.self)]
        )
    }

    private static func read(_ row: Row) -> StepLogRow {
        StepLogRow(
            number: row["number"],
            place: row["place"],
            line: StepLine(
                rollout: row["rollout"],
                step: StepID(row["step"]),
                attempt: row["attempt"],
                at: row["at"],
                text: row["line"]
            )
        )
    }
}
