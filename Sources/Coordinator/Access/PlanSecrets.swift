import Foundation
import Glibc
import Plan
import Trust

/// Secrets that plans refer to, read where plans say they are: on the coordinator's machine.
struct PlanSecrets: Sendable {
    /// Where named secrets lie, a file each.
    let folder: String
    /// The process's environment.
    var environment: @Sendable (String) -> String? = { ProcessInfo.processInfo.environment[$0] }

    /// Bytes that a secret may have.
    private static let limit = 16 << 10

    /// The secret, without the spaces and line ends around it.
    ///
    /// - Throws: Where it cannot be read, is empty, or lies open to everybody.
    func read(
        _ reference: SecretReference,
        for field: String
    ) throws(AccessProblem) -> Secret {
        switch reference {
        case .environment(let name):
            guard let text = environment(name) else {
                throw AccessProblem(
                    "\(field): the coordinator has no environment variable \(name)",
                    advice: "The running coordinator needs it, not the shell you type in: put it "
                        + "into a file of mode 0600, name that with EnvironmentFile= in "
                        + "`systemctl edit isthmus-coordinator`, and restart it; or refer to a file."
                )
            }
            return try trimmed(Array(text.utf8), field)
        case .file(let path):
            try demandForeign(path, field)
            return try file(path, field)
        case .store(let name):
            return try file("\(folder)/\(name)", field)
        }
    }

    /// A plan must not carry the coordinator's own keys to where it says.
    private func demandForeign(_ path: String, _ field: String) throws(AccessProblem) {
        let state = URL(fileURLWithPath: folder).deletingLastPathComponent()
        func parts(_ url: URL) -> [String] { url.resolvingSymlinksInPath().pathComponents }
        guard parts(URL(fileURLWithPath: path)).starts(with: parts(state)) else { return }
        throw AccessProblem(
            "\(field): \(path) is in the coordinator's own state",
            advice: "Put the secret into \(folder), a file of its own, and refer to it by "
                + "{\"store\": \"its name\"}."
        )
    }

    private func file(_ path: String, _ field: String) throws(AccessProblem) -> Secret {
        let bytes: [UInt8]?
        do {
            bytes = try AtomicFile.read(path, limit: Self.limit)
        } catch {
            throw AccessProblem(
                "\(field): \(path) cannot be read: \(error)",
                advice: "Give it to the coordinator's user: chown isthmus \(path)"
            )
        }
        guard let bytes else {
            throw AccessProblem(
                "\(field): there is no file \(path) on the coordinator's machine",
                advice: "Write the secret into it: install -m 600 -o isthmus /dev/stdin \(path)"
            )
        }
        var status = stat()
        guard stat(path, &status) != 0 || status.st_mode & 0o007 == 0 else {
            throw AccessProblem(
                "\(field): everybody on the coordinator's machine may read \(path)",
                advice: "Take that away: chmod 600 \(path). If others use the machine, make "
                    + "another secret."
            )
        }
        return try trimmed(bytes, field)
    }

    private func trimmed(_ bytes: [UInt8], _ field: String) throws(AccessProblem) -> Secret {
        func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }
        let rest = bytes.drop(while: isSpace)
        let end = rest.lastIndex { !isSpace($0) }
        guard let end else {
            throw AccessProblem(
                "\(field): the place that the plan names holds nothing",
                advice: "Write the secret there."
            )
        }
        return Secret(Array(rest[...end]))
    }
}
