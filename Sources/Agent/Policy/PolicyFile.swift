import Document
import Glibc
import Trust

/// The file that a server's owner writes a policy into. It is read once, when the agent starts: a file
/// that is broken later then stops nothing that runs, and the next start says what is wrong with it.
public enum PolicyFile {
    /// Where it is, unless told otherwise.
    public static let standardPath = "/etc/isthmus/agent.yaml"

    /// Reads the policy. Without a `path` the file at the standard one may be missing, and everything
    /// is allowed. Fails where the file is broken, or where others than root and the agent's user could
    /// have written it.
    public static func load(_ path: String? = nil) throws(AgentFailure) -> AgentPolicy {
        let file = path ?? standardPath
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT, path == nil { return .everything }
            throw unusable(file, reason(code, file))
        }
        defer { close(descriptor) }
        try demandOwners(of: file, descriptor)
        do {
            return try PolicyDecoder.decode(try bytes(of: file, descriptor), file: file)
        } catch let problems as DocumentProblems {
            throw AgentFailure(
                "the policy of this server cannot be used, so the agent does nothing:\n"
                    + problems.rendered(color: false).dropLast(),
                remedy: "docs/security.md names every field. Then: systemctl restart isthmus-agent"
            )
        } catch {
            throw unusable(file, "\(error)")
        }
    }

    private static func bytes(of file: String, _ descriptor: Int32) throws -> [UInt8] {
        // One byte more than it may have, so that a longer one is noticed.
        let limit = PolicyDecoder.subject.sizeLimit + 1
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("read", file, code: errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Who can write the file, or put another in its place, decides what the agent does.
    private static func demandOwners(
        of file: String,
        _ descriptor: Int32
    ) throws(AgentFailure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw unusable(file, "\(FileFailure("look at", file, code: errno))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw unusable(file, "it is no file") }
        if let objection = objection(to: status) { throw unusable(file, "the file \(objection)") }
        let directory = AtomicFile.directory(of: file)
        guard stat(directory, &status) == 0 else {
            throw unusable(file, "\(FileFailure("look at", directory, code: errno))")
        }
        let isSticky = status.st_mode & mode_t(S_ISVTX) != 0
        if let objection = objection(to: status), !isSticky {
            throw unusable(file, "its directory \(objection)")
        }
    }

    private static func objection(to status: stat) -> String? {
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            return "belongs to the user \(status.st_uid), neither root nor the agent's"
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            return "can be written by others than its owner"
        }
        return nil
    }

    private static func reason(_ code: Int32, _ file: String) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case ELOOP: "it is a symbolic link, which may lead anywhere"
        default: "\(FileFailure("read", file, code: code))"
        }
    }

    private static func unusable(_ file: String, _ reason: String) -> AgentFailure {
        AgentFailure(
            "the policy of this server cannot be used, so the agent does nothing: \(file): \(reason)",
            remedy:
                "It must be a file of root that only root can write (chown root \(file); chmod 644"
                + " \(file)). Then: systemctl restart isthmus-agent"
        )
    }
}
