import Glibc

/// Files that a reader, a crash or a power cut never finds half-written.
public enum AtomicFile {
    /// Replaces a file as a whole: a temporary file in the same directory, which has its mode before
    /// it has a byte, fsync, rename, fsync of the directory. The directory must exist.
    public static func write(
        _ path: String,
        _ bytes: [UInt8],
        mode: UInt32
    ) throws(FileFailure) {
        var writer = try Writer(path, mode: mode)
        try writer.append(bytes)
        try writer.commit()
    }

    /// A file's bytes; nothing where there is no file; EFBIG where there are more than `limit`.
    public static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8]? {
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileFailure("read", path, code: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileFailure("read", path, code: errno)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else {
                throw FileFailure("read", path, code: EFBIG)
            }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Makes a directory and those above it, all with the mode; one that exists keeps its own.
    public static func createDirectory(_ path: String, mode: UInt32) throws(FileFailure) {
        try createDirectory(path, mode: mode, makingParent: true)
    }

    /// The parent is made once only: where it exists and the child still cannot be (as in /proc),
    /// trying again would never end.
    private static func createDirectory(
        _ path: String,
        mode: UInt32,
        makingParent: Bool
    ) throws(FileFailure) {
        if mkdir(path, mode_t(mode)) == 0 {
            // The process' umask may have taken bits away.
            guard chmod(path, mode_t(mode)) == 0 else {
                throw FileFailure("set the mode of", path, code: errno)
            }
            return
        }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FileFailure("create the directory", path, code: ENOTDIR)
            }
        case ENOENT where makingParent && directory(of: path) != path:
            try createDirectory(directory(of: path), mode: mode)
            try createDirectory(path, mode: mode, makingParent: false)
        default:
            throw FileFailure("create the directory", path, code: errno)
        }
    }

    /// Makes what was renamed or removed in a directory last through a power cut.
    public static func synchronizeDirectory(_ path: String) throws(FileFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("open the directory", path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw FileFailure("synchronize the directory", path, code: errno)
        }
    }

    /// The directory that a path's last part lies in.
    public static func directory(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
