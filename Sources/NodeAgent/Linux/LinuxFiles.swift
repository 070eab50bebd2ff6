import Glibc
import Steps
import Trust

extension LinuxHost {
    /// Bytes that `read` takes at most.
    private static let largestRead = 4 << 20

    func read(_ path: String) async throws(HostFailure) -> [UInt8]? {
        do throws(FileFailure) {
            return try AtomicFile.read(path, limit: Self.largestRead)
        } catch {
            throw HostFailure(error)
        }
    }

    func mode(of path: String) async throws(HostFailure) -> UInt32? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw HostFailure(FileFailure("look at", path, code: errno))
        }
        return UInt32(status.st_mode & 0o7777)
    }

    func write(_ path: String, _ content: [UInt8], mode: UInt32) async throws(HostFailure) {
        do throws(FileFailure) {
            try AtomicFile.createDirectory(AtomicFile.directory(of: path), mode: 0o755)
            try AtomicFile.write(path, content, mode: mode)
        } catch {
            throw HostFailure(error)
        }
    }

    func remove(_ path: String) async throws(HostFailure) {
        guard unlink(path) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw HostFailure(FileFailure("remove", path, code: errno))
        }
        do throws(FileFailure) {
            try AtomicFile.synchronizeDirectory(AtomicFile.directory(of: path))
        } catch {
            throw HostFailure(error)
        }
    }

    func sha256(of path: String) async throws(HostFailure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw HostFailure(FileFailure("read", path, code: errno))
        }
        defer { close(descriptor) }
        var hash = SHA256.Stream()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            if Task.isCancelled {
                throw HostFailure(.cancelled, "cancelled while \(path) was being hashed")
            }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw HostFailure(FileFailure("read", path, code: errno))
            }
            if count == 0 { return hash.finish() }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            await Task.yield()
        }
    }
}

extension HostFailure {
    /// What a step can decide on, and for a full disk how full it is.
    init(_ failure: FileFailure) {
        switch failure.code {
        case ENOSPC, EDQUOT:
            let free = FileSystem(holding: AtomicFile.directory(of: failure.path))?.free ?? 0
            self.init(.diskFull, "\(failure) (\(free) bytes are free)")
        case EACCES, EPERM, EROFS:
            self.init(.permissionDenied, failure.description)
        default:
            self.init(.other, failure.description)
        }
    }
}

/// The room on the file system that a path lies on, in bytes.
struct FileSystem {
    let total: Int64
    /// What an ordinary user may still write.
    let free: Int64

    init?(holding path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        total = Int64(clamping: status.f_blocks) * Int64(clamping: status.f_frsize)
        free = Int64(clamping: status.f_bavail) * Int64(clamping: status.f_frsize)
    }
}
