import Foundation
import GRDB
import Plan
import Protocol
import SwiftProtobuf

/// A node that has enrolled.
struct NodeRow: Sendable, Equatable {
    /// The id its certificate names.
    var id: HostID
    /// What its machine said about itself last.
    var facts: WireMachineFacts
    /// When it enrolled first, milliseconds since 1970.
    var firstSeen: Int64
    /// When a session of it was last open; nothing where it never connected.
    var lastSeen: Int64?
    /// The IP address that its enrolment or last session came from.
    var address: String
    /// Its newest certificate's serial number, hexadecimal.
    var certificateSerial: String
    /// Its newest certificate's end, milliseconds since 1970.
    var certificateExpires: Int64
    /// The serial number that the newest took the place of, until the node has come with that.
    var previousSerial: String?
    /// When its certificates were taken back; nothing where they are good.
    var revocation: Revocation?
}

/// That certificates were taken back.
struct Revocation: Sendable, Equatable {
    /// Milliseconds since 1970.
    var at: Int64
    /// What the operator said why; may be empty.
    var reason: String
}

/// `node`: one row for each node that ever enrolled.
enum NodeTable {
    static func create(in db: Database) throws {
        try db.create(table: "node", options: [.strict, .withoutRowID]) { table in
            table.column("id", .text).notNull().primaryKey()
            table.column("facts", .text).notNull()
            table.column("first_seen", .integer).notNull()
            table.column("last_seen", .integer)
            table.column("address", .text).notNull()
            table.column("certificate_serial", .text).notNull()
            table.column("certificate_expires", .integer).notNull()
        }
    }

    /// Adds which certificate is about to be replaced, and whether all were taken back.
    static func addRevocation(in db: Database) throws {
        try db.alter(table: "node") { table in
            table.add(column: "previous_serial", .text)
            table.add(column: "revoked", .integer)
            table.add(column: "revocation_reason", .text)
        }
    }

    /// Notes an enrolment. A node that enrols again keeps the day it was first seen; every earlier
    /// certificate of it is worth nothing from now on, and a revocation has had its effect.
    static func enrol(_ node: NodeRow, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO node (id, facts, first_seen, last_seen, address,
                    certificate_serial, certificate_expires) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, address = excluded.address,
                    certificate_serial = excluded.certificate_serial,
                    certificate_expires = excluded.certificate_expires,
                    previous_serial = NULL, revoked = NULL, revocation_reason = NULL
                """,
            arguments: [
                node.id.description, try node.facts.jsonString(), node.firstSeen, node.lastSeen,
                node.address, node.certificateSerial, node.certificateExpires,
            ]
        )
    }

    /// Notes that a session of the node began.
    static func noteSession(
        of id: HostID,
        facts: WireMachineFacts,
        address: String,
        at now: Int64,
        in db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE node SET facts = ?, address = ?, last_seen = ? WHERE id = ?",
            arguments: [try facts.jsonString(), address, now, id.description]
        )
    }

    /// Notes that the node was heard of.
    static func noteSeen(_ id: HostID, at now: Int64, in db: Database) throws {
        try db.execute(
            sql: "UPDATE node SET last_seen = ? WHERE id = ?",
            arguments: [now, id.description]
        )
    }

    /// Notes a certificate that takes the place of the one with which the node asked for it; that one
    /// counts until the node has come with the new. Whether it did: not where the asking one counts
    /// no longer.
    static func noteCertificate(
        of id: HostID,
        serial: String,
        expires: Int64,
        replacing asking: String,
        in db: Database
    ) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE node SET previous_serial = ?, certificate_serial = ?, certificate_expires = ?
                WHERE id = ? AND revoked IS NULL AND ? IN (certificate_serial, previous_serial)
                """,
            arguments: [asking, serial, expires, id.description, asking]
        )
        return db.changesCount == 1
    }

    /// The node has come with a certificate: where it is the newest, the one before counts no longer.
    /// Whether it is.
    static func settleCertificate(of id: HostID, serial: String, in db: Database) throws -> Bool {
        try db.execute(
            sql: "UPDATE node SET previous_serial = NULL WHERE id = ? AND certificate_serial = ?",
            arguments: [id.description, serial]
        )
        return db.changesCount == 1
    }

    /// Takes back all certificates of the node; nothing changes where they were before.
    static func revoke(_ id: HostID, _ revocation: Revocation, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE node SET revoked = ?, revocation_reason = ?, previous_serial = NULL
                WHERE id = ? AND revoked IS NULL
                """,
            arguments: [revocation.at, revocation.reason, id.description]
        )
    }

    /// The node, nothing where it never enrolled.
    static func find(_ id: HostID, in db: Database) throws -> NodeRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM node WHERE id = ?", arguments: [id.description])
            .map(read)
    }

    /// How many have enrolled and were not revoked.
    static func count(in db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM node WHERE revoked IS NULL") ?? 0
    }

    /// All nodes by id.
    static func all(in db: Database) throws -> [NodeRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM node ORDER BY id").map(read)
    }

    private static func read(_ row: Row) throws -> NodeRow {
        let name: String = row["id"]
        guard let id = HostID(name) else {
            throw StoreFailure.corrupt("'\(name)' is no node id")
        }
        var reading = JSONDecodingOptions()
        reading.ignoreUnknownFields = true
        let facts: String = row["facts"]
        return NodeRow(
            id: id,
            facts: try WireMachineFacts(jsonString: facts, options: reading),
            firstSeen: row["first_seen"],
            lastSeen: row["last_seen"],
            address: row["address"],
            certificateSerial: row["certificate_serial"],
            certificateExpires: row["certificate_expires"],
            previousSerial: row["previous_serial"],
            revocation: revocation(row)
        )
    }

    private static func revocation(_ row: Row) -> Revocation? {
        guard let at: Int64 = row["revoked"] else { return nil }
        return Revocation(at: at, reason: row["revocation_reason"] ?? "")
    }
}
