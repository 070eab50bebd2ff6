import Glibc
import Plan

/// Notices when the files of a credential hold another one than is in use. Two files cannot be
/// replaced at once, so what cannot be used is complained of only once it stays.
public struct CredentialWatch: Sendable {
    /// What a look found.
    public enum Finding: Sendable {
        /// Nothing new.
        case same
        /// Another credential, which is sound, and its certificate.
        case changed(Credential, Certificate)
        /// Files that make no sound credential, and why; told once.
        case unusable(String)
    }

    private let directory: String
    private let identity: SPIFFEIdentity
    private var seen: [FileStamp?] = []
    private var isSettled = false

    /// Looks at nothing yet.
    ///
    /// - Parameters:
    ///   - directory: Where `Credential.store` wrote it.
    ///   - identity: Whose it must be.
    public init(directory: String, identity: SPIFFEIdentity) {
        self.directory = directory
        self.identity = identity
    }

    /// Looks once; costs four calls of the kernel where no file has changed.
    ///
    /// - Parameters:
    ///   - known: The credential in use.
    ///   - now: Milliseconds since 1970.
    /// - Returns: What was found.
    public mutating func look(known: Credential, now: Int64) -> Finding {
        let stamps = CredentialFiles(directory: directory).all.map(FileStamp.init)
        let isStill = stamps == seen
        if isStill, isSettled { return .same }
        seen = stamps
        do {
            let credential = try Credential.load(from: directory)
            isSettled = true
            guard credential != known else { return .same }
            return .changed(credential, try credential.demand(identity, now: now))
        } catch {
            isSettled = isStill
            return isStill ? .unusable(error.message) : .same
        }
    }
}

/// By what a changed file is known.
private struct FileStamp: Equatable {
    var inode: UInt64
    var size: Int
    var seconds: Int
    var nanoseconds: Int

    /// Nothing where there is no file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
