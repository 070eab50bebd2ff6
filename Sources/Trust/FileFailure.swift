import Glibc

/// Why a file could not be read or written.
public struct FileFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried: "write", "read", "create the directory" …
    public let action: String
    /// On which file.
    public let path: String
    /// The system's error number, as ENOSPC.
    public let code: Int32

    /// Describes a failure.
    public init(_ action: String, _ path: String, code: Int32) {
        self.action = action
        self.path = path
        self.code = code
    }

    /// "cannot write /var/lib/isthmus/key.pem: no space left on disk".
    public var description: String { "cannot \(action) \(path): \(Self.words(code))" }

    private static func words(_ code: Int32) -> String {
        switch code {
        case ENOSPC: return "no space left on disk"
        case EDQUOT: return "the disk quota is used up"
        case EROFS: return "the file system is read-only"
        case EFBIG: return "the file is too large"
        default:
            guard let text = strerror(code) else { return "error \(code)" }
            return String(cString: text).lowercased()
        }
    }
}
