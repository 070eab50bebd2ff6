import Glibc
import Plan

/// A credential's files in their directory.
///
/// Two files cannot be replaced at once. So a new key waits in key.next.pem until its certificate
/// stands in cert.pem, and only then takes the place of key.pem: whenever a crash comes, one of the
/// two is the key of the certificate.
struct CredentialFiles {
    let directory: String

    var certificate: String { "\(directory)/cert.pem" }
    var authorities: String { "\(directory)/ca.pem" }
    var key: String { "\(directory)/key.pem" }
    private var nextKey: String { "\(directory)/key.next.pem" }
    /// Every file that may hold a part of it.
    var all: [String] { [certificate, authorities, key, nextKey] }

    private static let longest = 256 * 1024

    func text(of path: String) throws(TrustFailure) -> String {
        guard let bytes = try bytes(of: path) else {
            throw TrustFailure("\(path) is missing: there is no credential in \(directory) yet")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The one of the stored keys that belongs to the certificate.
    func key(of certificate: Certificate) throws(TrustFailure) -> Secret? {
        for path in [key, nextKey] {
            guard let bytes = try bytes(of: path) else { continue }
            let pem = Secret(bytes)
            if let key = try? PrivateKey(pem: pem), key.belongs(to: certificate) { return pem }
        }
        return nil
    }

    func replace(with credential: Credential) throws(FileFailure) {
        try AtomicFile.createDirectory(directory, mode: 0o700)
        try settle()
        try AtomicFile.write(nextKey, credential.key.reveal(), mode: 0o600)
        try AtomicFile.write(authorities, Array(credential.authorities.utf8), mode: 0o644)
        try AtomicFile.write(certificate, Array(credential.certificate.utf8), mode: 0o644)
        try settle()
    }

    /// Ends a replacement, also one that a crash cut short: a waiting key takes its place where
    /// its certificate has come, and goes where it has not.
    private func settle() throws(FileFailure) {
        guard let waiting = try AtomicFile.read(nextKey, limit: Self.longest) else { return }
        let pem = try AtomicFile.read(certificate, limit: Self.longest) ?? []
        if let certificate = try? Certificate(pem: String(decoding: pem, as: UTF8.self)),
            let owner = try? PrivateKey(pem: Secret(waiting)), owner.belongs(to: certificate)
        {
            guard rename(nextKey, key) == 0 else {
                throw FileFailure("replace", key, code: errno)
            }
        } else {
            guard unlink(nextKey) == 0 else {
                throw FileFailure("remove", nextKey, code: errno)
            }
        }
        try AtomicFile.synchronizeDirectory(directory)
    }

    private func bytes(of path: String) throws(TrustFailure) -> [UInt8]? {
        do throws(FileFailure) {
            return try AtomicFile.read(path, limit: Self.longest)
        } catch {
            throw TrustFailure(error.description)
        }
    }
}
