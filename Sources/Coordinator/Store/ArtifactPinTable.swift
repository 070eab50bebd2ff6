import GRDB

/// `artifact_pin`: what an address was found to hold, so that it is held to it later.
enum ArtifactPinTable {
    static func create(in db: Database) throws {
        try db.create(table: "artifact_pin", options: [.strict, .withoutRowID]) { table in
            table.column("url", .text).notNull().primaryKey()
            table.column("sha256", .text).notNull()
            table.column("first_seen", .integer).notNull()
        }
    }

    /// The hash that an address was found with first.
    static func find(_ url: String, in db: Database) throws -> String? {
        try String.fetchOne(
            db,
            sql: "SELECT sha256 FROM artifact_pin WHERE url = ?",
            arguments: [url]
        )
    }

    /// All addresses and their hashes, by address.
    static func all(in db: Database) throws -> [(url: String, sha256: String)] {
        try Row.fetchAll(db, sql: "SELECT url, sha256 FROM artifact_pin ORDER BY url")
            .map { ($0["url"], $0["sha256"]) }
    }

    /// Keeps the hash of an address; the first one stays.
    static func keep(_ url: String, sha256: String, at now: Int64, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO artifact_pin (url, sha256, first_seen) VALUES (?, ?, ?)",
            arguments: [url, sha256, now]
        )
    }
}
