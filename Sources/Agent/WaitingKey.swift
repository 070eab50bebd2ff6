import Glibc
import Plan
import Trust

/// The key of an enrolment that has not come to its end. It lies in the state directory before the
/// token is shown, and stays until the certificate lies there too: whoever has to ask again asks
/// for the same key, and is answered although the token was used.
struct WaitingKey {
    /// The key itself.
    let key: PrivateKey
    private let path: String

    /// Bytes that must fit on the disk before a token is risked: more than a credential takes.
    private static let room = 64 << 10
    private static let longest = 16 << 10

    /// Takes the waiting key, or makes one and stores it. Fails where the directory cannot take
    /// what enrolment will write.
    init(in directory: String) throws(AgentFailure) {
        path = "\(directory)/enrolling.pem"
        do {
            try AtomicFile.createDirectory(directory, mode: 0o700)
            try Self.proveRoom(in: directory)
            if let bytes = try AtomicFile.read(path, limit: Self.longest),
                let waiting = try? PrivateKey(pem: Secret(bytes))
            {
                key = waiting
                return
            }
            key = try PrivateKey.generate()
            try AtomicFile.write(path, try key.pem().reveal(), mode: 0o600)
        } catch {
            throw AgentFailure(
                "the machine cannot keep a credential: \(error)",
                remedy: "Make room or amend the permissions, then enrol again: the token was not"
                    + " shown to anybody by this attempt."
            )
        }
    }

    /// The credential is stored: nothing waits any more. A file that stays does no harm: the next
    /// enrolment takes it up.
    func discard() {
        unlink(path)
    }

    private static func proveRoom(in directory: String) throws(FileFailure) {
        let path = "\(directory)/enrolling.room"
        defer { unlink(path) }
        try AtomicFile.write(path, [UInt8](repeating: 0x2E, count: room), mode: 0o600)
    }
}
