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
    /// Its certificate's serial number, hexadecimal.
    var certificateSerial: String
    /// Its certificate's end, milliseconds since 1970.
    var certificateExpires: Int64
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

    /// Notes an enrolment. A node that enrols again keeps the day it was first seen.
    static func enrol(_ node: NodeRow, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO node (id, facts, first_seen, last_seen, address,
                    certificate_serial, certificate_expires) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, address = excluded.address,
                    certificate_serial = excluded.certificate_serial,
                    certificate_expires = excluded.certificate_expires
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

    /// Notes a new certificate of the node.
    static func noteCertificate(
        of id: HostID,
        serial: String,
        expires: Int64,
        in db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE node SET certificate_serial = ?, certificate_expires = ? WHERE id = ?",
            arguments: [serial, expires, id.description]
        )
    }

    /// The node, nothing where it never enrolled.
    static func find(_ id: HostID, in db: Database) throws -> NodeRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM node WHERE id = ?", arguments: [id.description])
            .map(read)
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
            certificateExpires: row["certificate_expires"]
        )
    }
}
