import Foundation
import GRDB

/// `dry_run`: what the latest dry runs found, by digest, so that a rollout which finds something else can
/// say what. Secrets are masked before they come here.
enum DryRunTable {
    /// Dry runs that are kept.
    static let most = 20

    static func create(in db: Database) throws {
        try db.create(table: "dry_run", options: [.strict]) { table in
            table.autoIncrementedPrimaryKey("number")
            table.column("digest", .text).notNull().unique()
            table.column("findings", .blob).notNull()
            table.column("at", .integer).notNull()
        }
    }

    /// Keeps findings, and forgets the oldest beyond the bound.
    static func keep(_ findings: Data, digest: String, at now: Int64, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO dry_run (digest, findings, at) VALUES (?, ?, ?)",
            arguments: [digest, findings, now]
        )
        try db.execute(
            sql: """
                DELETE FROM dry_run WHERE number NOT IN
                    (SELECT number FROM dry_run ORDER BY number DESC LIMIT \(most))
                """
        )
    }

    /// The findings of a digest.
    static func find(_ digest: String, in db: Database) throws -> Data? {
        try Data.fetchOne(
            db,
            sql: "SELECT findings FROM dry_run WHERE digest = ?",
            arguments: [digest]
        )
    }
}
