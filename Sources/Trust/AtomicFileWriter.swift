import Glibc

extension AtomicFile {
    /// A file that is written piece by piece and takes its path only with `commit`; dropped before,
    /// it leaves nothing behind.
    public struct Writer: ~Copyable, Sendable {
        private let descriptor: Int32
        private let path: String
        private let temporary: String
        private var isPlaced = false

        /// Begins a file in the directory of `path`, which must exist.
        public init(_ path: String, mode: UInt32) throws(FileFailure) {
            let directory = AtomicFile.directory(of: path)
            var random = SystemRandomNumberGenerator()
            temporary = "\(directory)/.isthmus-\(String(random.next(), radix: 16))"
            self.path = path
            descriptor = open(
                temporary,
                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                mode_t(mode)
            )
            guard descriptor >= 0 else { throw FileFailure("write", path, code: errno) }
            // The process' umask may have taken bits away.
            guard fchmod(descriptor, mode_t(mode)) == 0 else {
                throw FileFailure("set the mode of", path, code: errno)
            }
        }

        deinit {
            if descriptor >= 0 { close(descriptor) }
            if !isPlaced { unlink(temporary) }
        }

        /// Adds bytes.
        public mutating func append(_ bytes: [UInt8]) throws(FileFailure) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw FileFailure("write", path, code: errno)
                }
                rest = rest.dropFirst(count)
            }
        }

        /// Makes the bytes last and puts the file in its place.
        public consuming func commit() throws(FileFailure) {
            guard fsync(descriptor) == 0 else { throw FileFailure("write", path, code: errno) }
            guard rename(temporary, path) == 0 else {
                throw FileFailure("replace", path, code: errno)
            }
            isPlaced = true
            try AtomicFile.synchronizeDirectory(AtomicFile.directory(of: path))
        }
    }
}
