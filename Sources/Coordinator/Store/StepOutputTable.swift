import Foundation
import GRDB
import Plan

/// `step_output`: secrets that a step made for later ones, while their rollout runs and no longer.
enum StepOutputTable {
    static func create(in db: Database) throws {
        try db.create(table: "step_output", options: [.strict, .withoutRowID]) { table in
            table.column("rollout", .text).notNull().references("rollout")
            table.column("step", .text).notNull()
            table.column("name", .text).notNull()
            table.column("value", .blob).notNull()
            table.primaryKey(["rollout", "step", "name"])
        }
    }

    /// Keeps outputs; a repeated step's replace its earlier ones.
    static func keep(
        _ outputs: [OutputReference: Secret],
        rollout: String,
        in db: Database
    )
        throws
    {
        for (output, value) in outputs {
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO step_output (rollout, step, name, value)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    rollout, output.step.description, output.name, Data(value.reveal()),
                ]
            )
        }
    }

    /// All outputs of a rollout.
    static func all(of rollout: String, in db: Database) throws -> [OutputReference: Secret] {
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT step, name, value FROM step_output WHERE rollout = ?",
            arguments: [rollout]
        )
        let pairs = rows.map { row in
            let value: Data = row["value"]
            return (
                OutputReference(step: StepID(row["step"]), name: row["name"]),
                Secret([UInt8](value))
            )
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Forgets a rollout's outputs. SQLite overwrites them (`secure_delete`).
    static func forget(rollout: String, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM step_output WHERE rollout = ?",
            arguments: [rollout]
        )
    }
}
