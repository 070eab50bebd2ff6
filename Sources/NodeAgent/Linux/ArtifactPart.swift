import Glibc
import Steps
import Trust

/// An artifact while it comes: a hidden file beside its place, and the hash of what is in it.
///
/// Its name tells the artifact, so that an attempt that was cut off is taken up by the next one.
actor ArtifactPart {
    private let artifact: ArtifactPlacement
    private let path: String
    private let descriptor: Int32
    private var hash: SHA256.Stream? = SHA256.Stream()
    /// The bytes that have come.
    private(set) var size: Int64 = 0

    init(of artifact: ArtifactPlacement) throws(HostFailure) {
        self.artifact = artifact
        let directory = AtomicFile.directory(of: artifact.path)
        path = "\(directory)/.isthmus-\(artifact.sha256.prefix(16)).part"
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw HostFailure(FileFailure("write", artifact.path, code: errno))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid()
        else {
            throw HostFailure(.permissionDenied, "\(path) is in the way and not ours")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw HostFailure(.other, "\(artifact.path) is being placed by someone else right now")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Hashes what an earlier attempt left; false where that is nothing.
    func takeUp() async throws(HostFailure) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            try Self.demandGoingOn(artifact)
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read")
            }
            if count == 0 { return size > 0 }
            buffer.withUnsafeBytes {
                hash?.update(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
            size += Int64(count)
            await Task.yield()
        }
    }

    func append(_ bytes: [UInt8]) throws(HostFailure) {
        try Self.demandGoingOn(artifact)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("write")
            }
            rest = rest.dropFirst(count)
        }
        hash?.update(bytes)
        size += Int64(bytes.count)
    }

    /// Forgets what has come.
    func startOver() throws(HostFailure) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw failure("write")
        }
        hash = SHA256.Stream()
        size = 0
    }

    /// Whether all of the artifact has come and nothing else. Nothing can be appended any more.
    func isWhole() -> Bool {
        hash.take()?.finish() == artifact.sha256
    }

    /// Puts the file in its place with its mode.
    func finish() throws(HostFailure) {
        guard fchmod(descriptor, mode_t(artifact.mode)) == 0, fsync(descriptor) == 0 else {
            throw failure("write")
        }
        guard rename(path, artifact.path) == 0 else { throw failure("replace") }
        do throws(FileFailure) {
            try AtomicFile.synchronizeDirectory(AtomicFile.directory(of: artifact.path))
        } catch {
            throw HostFailure(error)
        }
    }

    func discard() {
        unlink(path)
    }

    private func failure(_ action: String) -> HostFailure {
        HostFailure(FileFailure(action, artifact.path, code: errno))
    }

    private static func demandGoingOn(_ artifact: ArtifactPlacement) throws(HostFailure) {
        guard !Task.isCancelled else {
            throw HostFailure(.cancelled, "cancelled while \(artifact.path) was being fetched")
        }
    }
}
