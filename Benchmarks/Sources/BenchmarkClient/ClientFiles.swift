import Glibc

/// What the client shows and believes, as PEM.
struct ClientFiles: Sendable {
    /// Its certificate.
    let certificate: String
    /// Its key.
    let key: String
    /// Who verifies the server.
    let authority: String

    /// Reads the three files of a folder.
    init(folder: String) throws {
        certificate = try Self.read("\(folder)/client.pem")
        key = try Self.read("\(folder)/client.key")
        authority = try Self.read("\(folder)/ca.pem")
    }

    private static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw MissingFile(path: path) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// A file that the measurement's driver should have made.
struct MissingFile: Error, CustomStringConvertible {
    /// Where.
    let path: String
    /// For a person.
    var description: String { "\(path) cannot be read" }
}
