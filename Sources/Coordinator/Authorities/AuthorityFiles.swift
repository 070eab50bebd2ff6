import Foundation
import Glibc
import Trust

/// The authorities in the state folder: `ca/` holds the one that there was before, `ca.next/` the
/// incoming one, and `rotation.json` says that a rotation is under way and where it stands.
///
/// `rotation.json` alone decides. It is replaced as a whole, and everything else follows from it:
/// an incoming authority without it is a leftover, and one of the two last phases in it is carried
/// out by whoever reads it next. So a crash at any line leaves the phase before or the phase after.
struct AuthorityFiles: Sendable {
    /// Where they stand.
    let state: StateDirectory

    private static let longest = 1 << 16

    /// What there is, once whatever a crash cut short is done.
    func load() throws -> AuthoritySet {
        guard let rotation = try rotation() else {
            return .one(try authority(in: state.authority))
        }
        if let survivor = rotation.phase.survivor {
            try complete(rotation, keeping: survivor)
            return .one(try authority(in: state.authority))
        }
        let set = AuthoritySet.two(
            outgoing: try authority(in: state.authority),
            incoming: try authority(in: state.nextAuthority),
            rotation
        )
        guard set.pins == [rotation.outgoing, rotation.incoming] else { throw mismatch }
        return set
    }

    private var mismatch: StateFailure {
        .unusable(
            path: state.rotationFile,
            reason: "it speaks of other authorities than \(state.authority) and "
                + "\(state.nextAuthority) hold; put all three back from one copy"
        )
    }

    /// Makes an incoming authority; a leftover of an earlier attempt is replaced.
    func introduce(besides outgoing: CertificateAuthority, cluster: String, now: Int64) throws {
        let incoming = try CertificateAuthority.create(cluster: cluster, now: now)
        try store(incoming, in: state.nextAuthority)
        try save(
            AuthorityRotation(
                phase: .introduced,
                since: now,
                outgoing: outgoing.certificate.publicKeySHA256,
                incoming: incoming.certificate.publicKeySHA256
            )
        )
    }

    /// Makes a phase last. The last two only promise what `load` then does.
    func save(_ rotation: AuthorityRotation) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let text = try encoder.encode(rotation) + Data("\n".utf8)
        try AtomicFile.write(state.rotationFile, [UInt8](text), mode: 0o600)
    }

    /// Each step may have been done before: a crash may have come after any of them.
    private func complete(
        _ rotation: AuthorityRotation,
        keeping survivor: AuthorityRotation.Side
    ) throws {
        if survivor == .incoming {
            var kept = try authority(in: state.authority)
            if kept.certificate.publicKeySHA256 == rotation.outgoing {
                kept = try authority(in: state.nextAuthority)
            }
            guard kept.certificate.publicKeySHA256 == rotation.incoming else {
                throw mismatch
            }
            // Also where it stands there already: only the end of storing removes the outgoing key.
            try store(kept, in: state.authority)
        }
        if FileManager.default.fileExists(atPath: state.nextAuthority) {
            try FileManager.default.removeItem(atPath: state.nextAuthority)
        }
        try AtomicFile.synchronizeDirectory(state.path)
        guard unlink(state.rotationFile) == 0 || errno == ENOENT else {
            throw FileFailure("remove", state.rotationFile, code: errno)
        }
        try AtomicFile.synchronizeDirectory(state.path)
    }

    private func rotation() throws -> AuthorityRotation? {
        guard let bytes = try AtomicFile.read(state.rotationFile, limit: Self.longest) else {
            return nil
        }
        guard let rotation = try? JSONDecoder().decode(AuthorityRotation.self, from: Data(bytes))
        else {
            throw StateFailure.unusable(
                path: state.rotationFile,
                reason: "it is damaged; put it back from a copy"
            )
        }
        return rotation
    }

    private func authority(in directory: String) throws -> CertificateAuthority {
        let credential = try Credential.load(from: directory)
        return CertificateAuthority(
            certificate: try Certificate(pem: credential.certificate),
            key: try PrivateKey(pem: credential.key)
        )
    }

    private func store(_ authority: CertificateAuthority, in directory: String) throws {
        try Credential(
            certificate: authority.certificate.pem,
            key: try authority.key.pem(),
            authorities: authority.certificate.pem
        ).store(in: directory)
    }
}
