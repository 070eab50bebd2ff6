import GRDB
import Plan

/// A join token as it is kept: never its secret.
struct JoinTokenRow: Sendable, Equatable {
    /// The public part of the token.
    var id: String
    /// SHA-256 of the secret part, hexadecimal.
    var hash: String
    /// The only node that it enrols.
    var node: HostID
    /// When it was made, milliseconds since 1970.
    var created: Int64
    /// From when on it is worth nothing, milliseconds since 1970.
    var expires: Int64
    /// When it enrolled its node; nothing while it has not.
    var used: Int64?
}

/// Why a token enrols nobody.
enum JoinTokenRefusal: Error, Sendable, Equatable {
    /// No such token, or its secret is another. The two are not told apart.
    case unknown
    /// It has enrolled its node.
    case used(node: HostID, at: Int64)
    /// Its time is over.
    case expired(node: HostID, at: Int64)
}

/// `join_token`: one row for each token that was made.
enum JoinTokenTable {
    static func create(in db: Database) throws {
        try db.create(table: "join_token", options: [.strict, .withoutRowID]) { table in
            table.column("id", .text).notNull().primaryKey()
            table.column("hash", .text).notNull()
            table.column("node", .text).notNull()
            table.column("created", .integer).notNull()
            table.column("expires", .integer).notNull()
            table.column("used", .integer)
        }
    }

    /// Keeps a new token, and forgets those whose time was over a week ago.
    static func add(_ token: JoinTokenRow, in db: Database) throws {
        let week: Int64 = 7 * 24 * 3_600_000
        try db.execute(
            sql: "DELETE FROM join_token WHERE expires < ?",
            arguments: [token.created - week]
        )
        try db.execute(
            sql: """
                INSERT INTO join_token (id, hash, node, created, expires, used)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                token.id, token.hash, token.node.description, token.created, token.expires,
                token.used,
            ]
        )
    }

    /// Adds the key that a token was used for: while it is known, its holder may ask again.
    static func addUsedKey(in db: Database) throws {
        try db.alter(table: "join_token") { table in table.add(column: "used_key", .text) }
    }

    /// The node that the token may enrol now, or why it may enrol none. A used token still serves
    /// the key that it was used for (SHA-256 of its SPKI, hexadecimal), so that an answer that was
    /// lost can be had again; without a `key`, whether some key may still ask is what is told.
    static func node(
        forToken id: String,
        hash: String,
        key: String? = nil,
        at now: Int64,
        in db: Database
    ) throws
        -> Result<HostID, JoinTokenRefusal>
    {
        let found = try Row.fetchOne(
            db,
            sql: "SELECT * FROM join_token WHERE id = ?",
            arguments: [id]
        )
        // Compared as secrets are, so that the time of an answer tells nothing about the hash.
        guard let found, Secret(found["hash"] as String) == Secret(hash) else {
            return .failure(.unknown)
        }
        let name: String = found["node"]
        guard let node = HostID(name) else {
            throw StoreFailure.corrupt("'\(name)' is no node id")
        }
        if let used: Int64 = found["used"] {
            let usedKey: String? = found["used_key"]
            guard let usedKey, key == nil || key == usedKey else {
                return .failure(.used(node: node, at: used))
            }
        }
        let expires: Int64 = found["expires"]
        guard now < expires else { return .failure(.expired(node: node, at: expires)) }
        return .success(node)
    }

    /// Uses the token up and keeps the node that it enrolled, both or neither. Of two enrolments
    /// with one token and two keys, the second finds it used; with one key, both succeed.
    static func consume(
        _ id: String,
        hash: String,
        key: String,
        enrolling node: NodeRow,
        at now: Int64,
        in db: Database
    ) throws -> Result<HostID, JoinTokenRefusal> {
        let bound = try self.node(forToken: id, hash: hash, key: key, at: now, in: db)
        guard case .success(let owner) = bound else { return bound }
        guard owner == node.id else { return .failure(.unknown) }
        // Whoever enrolled as this node before has lost the race for it.
        try closeRetries(of: node.id, in: db)
        try db.execute(
            sql: "UPDATE join_token SET used = coalesce(used, ?), used_key = ? WHERE id = ?",
            arguments: [now, key, id]
        )
        try NodeTable.enrol(node, in: db)
        return bound
    }

    /// The node has its certificate: none of its used tokens serves any more. Returns their ids.
    @discardableResult
    static func closeRetries(of node: HostID, in db: Database) throws -> [String] {
        let closed = try String.fetchAll(
            db,
            sql: "SELECT id FROM join_token WHERE node = ? AND used_key IS NOT NULL",
            arguments: [node.description]
        )
        try db.execute(
            sql: "UPDATE join_token SET used_key = NULL WHERE node = ?",
            arguments: [node.description]
        )
        return closed
    }

    /// No token that was made for the node so far serves any more. Returns the ids of those that did.
    static func void(for node: HostID, at now: Int64, in db: Database) throws -> [String] {
        let voided = try String.fetchAll(
            db,
            sql: "SELECT id FROM join_token WHERE node = ? AND expires > ?",
            arguments: [node.description, now]
        )
        try db.execute(
            sql:
                "UPDATE join_token SET expires = ?, used_key = NULL WHERE node = ? AND expires > ?",
            arguments: [now, node.description, now]
        )
        return voided
    }

    /// Tokens that may still be answered: the unused, and those whose answer may be asked for again.
    static func answerable(in db: Database) throws -> [String: EnrollmentGate.Known] {
        let rows = try Row.fetchAll(
            db,
            sql:
                "SELECT id, hash, expires FROM join_token WHERE used IS NULL OR used_key IS NOT NULL"
        )
        return Dictionary(
            rows.map { row in
                (row["id"], EnrollmentGate.Known(hash: row["hash"], expires: row["expires"]))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
