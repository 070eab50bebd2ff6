import GRDB
import Plan

/// `node_authority`: the authority of each node's certificate, and those that the node believes.
enum NodeAuthorityTable {
    static func create(in db: Database) throws {
        try db.create(table: "node_authority", options: [.strict, .withoutRowID]) { table in
            table.column("node", .text).notNull().primaryKey()
            table.column("issuer", .text).notNull()
            // Hashes with spaces between them.
            table.column("believed", .text).notNull()
        }
    }

    /// Notes the authority of the certificate that a node came with.
    static func note(_ node: HostID, issuer: String, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO node_authority (node, issuer, believed) VALUES (?, ?, '')
                ON CONFLICT (node) DO UPDATE SET issuer = excluded.issuer
                """,
            arguments: [node.description, issuer]
        )
    }

    /// Notes which authorities a node said that it believes.
    static func note(_ node: HostID, believed: [String], in db: Database) throws {
        try db.execute(
            sql: "UPDATE node_authority SET believed = ? WHERE node = ?",
            arguments: [believed.joined(separator: " "), node.description]
        )
    }

    /// Notes what a node was given when it enrolled.
    static func note(
        _ node: HostID,
        issuer: String,
        believed: [String],
        in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO node_authority (node, issuer, believed) VALUES (?, ?, ?)
                ON CONFLICT (node) DO UPDATE SET issuer = excluded.issuer,
                    believed = excluded.believed
                """,
            arguments: [node.description, issuer, believed.joined(separator: " ")]
        )
    }

    /// Every node that enrolled, by id; one that never said what it holds, with nothing.
    static func all(in db: Database) throws -> [NodeTrust] {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM node_authority")
        let known = Dictionary(rows.map { ($0["node"] as String, $0) }) { first, _ in first }
        return try NodeTable.all(in: db).map { node in
            let row = known[node.id.description]
            let believed: String = row?["believed"] ?? ""
            return NodeTrust(
                node: node.id,
                issuer: row?["issuer"] ?? "",
                believed: Set(believed.split(separator: " ").map(String.init)),
                certificateExpires: node.certificateExpires,
                isRevoked: node.revocation != nil
            )
        }
    }
}
