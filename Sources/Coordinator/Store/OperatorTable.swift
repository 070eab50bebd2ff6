import GRDB

/// A certificate that an operator was given.
struct OperatorCertificate: Sendable, Equatable {
    /// Its serial number, hexadecimal.
    var serial: String
    /// Whose it is.
    var name: String
    /// Milliseconds since 1970.
    var issued: Int64
    /// Milliseconds since 1970.
    var expires: Int64
    /// Which operator asked for it; empty for the one on the coordinator's machine.
    var madeBy = ""
    /// When it was taken back; nothing where it is good.
    var revocation: Revocation?
}

/// `operator_certificate`: one row for each certificate of an operator.
enum OperatorTable {
    /// Milliseconds that a certificate is remembered after its end: 90 days, as events are.
    private static let memory: Int64 = 90 * 86_400_000

    static func create(in db: Database) throws {
        try db.create(table: "operator_certificate", options: [.strict, .withoutRowID]) { table in
            table.column("serial", .text).notNull().primaryKey()
            table.column("name", .text).notNull().indexed()
            table.column("issued", .integer).notNull()
            table.column("expires", .integer).notNull()
            table.column("made_by", .text).notNull()
            table.column("revoked", .integer)
            table.column("revocation_reason", .text)
        }
    }

    /// Notes a certificate; nothing changes where it is known. Forgets those that ended long ago.
    static func add(_ certificate: OperatorCertificate, at now: Int64, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM operator_certificate WHERE expires < ?",
            arguments: [now - memory]
        )
        try db.execute(
            sql: """
                INSERT INTO operator_certificate (serial, name, issued, expires, made_by)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (serial) DO NOTHING
                """,
            arguments: [
                certificate.serial, certificate.name, certificate.issued, certificate.expires,
                certificate.madeBy,
            ]
        )
    }

    /// The certificate, nothing where none such was given.
    static func find(_ serial: String, in db: Database) throws -> OperatorCertificate? {
        try Row.fetchOne(
            db,
            sql: "SELECT * FROM operator_certificate WHERE serial = ?",
            arguments: [serial]
        ).map(read)
    }

    /// All of one operator, or of all, by name, each one's newest first.
    static func all(of name: String? = nil, in db: Database) throws -> [OperatorCertificate] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM operator_certificate WHERE ?1 IS NULL OR name = ?1
                ORDER BY name, issued DESC, serial
                """,
            arguments: [name]
        ).map(read)
    }

    /// Takes back all certificates of an operator but the one with the serial number `keeping`.
    static func revoke(
        _ name: String,
        _ revocation: Revocation,
        keeping serial: String?,
        in db: Database
    ) throws {
        try db.execute(
            sql: """
                UPDATE operator_certificate SET revoked = ?, revocation_reason = ?
                WHERE name = ? AND revoked IS NULL AND serial IS NOT ?
                """,
            arguments: [revocation.at, revocation.reason, name, serial]
        )
    }

    private static func read(_ row: Row) -> OperatorCertificate {
        let revoked: Int64? = row["revoked"]
        return OperatorCertificate(
            serial: row["serial"],
            name: row["name"],
            issued: row["issued"],
            expires: row["expires"],
            madeBy: row["made_by"],
            revocation: revoked.map {
                Revocation(at: $0, reason: row["revocation_reason"] ?? "")
            }
        )
    }
}
