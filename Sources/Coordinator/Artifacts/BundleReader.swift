import Foundation
import Glibc

/// Takes a bundle in, piece by piece. A file enters the cache once all its bytes have the hash that it
/// is named after; what the manifest does not name is refused.
struct BundleReader {
    private enum Expectation {
        case header
        case manifest(left: Int64)
        case file(IncomingFile)
        case padding(left: Int)
        case end
    }

    private let cache: ArtifactCache
    private var expectation = Expectation.header
    private var buffer: [UInt8] = []
    private var padding = 0
    private var received: Set<String> = []
    /// So many files were not in the cache before.
    private(set) var added = 0
    /// What the bundle holds; nothing before that came.
    private(set) var manifest: BundleManifest?

    /// Reads into a cache.
    init(into cache: ArtifactCache) {
        self.cache = cache
    }

    /// Takes the next bytes.
    mutating func append(_ bytes: [UInt8]) throws(ArtifactFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch expectation {
            case .header:
                guard let block = fill(&rest, upTo: TarHeader.block) else { return }
                try begin(try TarHeader(block: block))
            case .manifest(let size):
                guard let text = fill(&rest, upTo: Int(size)) else { return }
                manifest = try BundleManifest(text)
                expectation = padding == 0 ? .header : .padding(left: padding)
            case .file(let file):
                let part = rest.prefix(Int(clamping: file.left))
                rest = rest.dropFirst(part.count)
                try file.append(part)
                if file.left == 0 { try finish(file) }
            case .padding(let left):
                let part = rest.prefix(left)
                rest = rest.dropFirst(part.count)
                expectation = part.count == left ? .header : .padding(left: left - part.count)
            case .end:
                guard rest.allSatisfy({ $0 == 0 }) else {
                    throw .bundle("something follows its end")
                }
                return
            }
        }
    }

    /// Fails unless everything that the manifest names has come.
    func finish() throws(ArtifactFailure) -> BundleManifest {
        guard case .end = expectation, let manifest else { throw .bundle("it is cut off") }
        guard manifest.files.allSatisfy({ received.contains($0.sha256) }) else {
            throw .bundle("files that its manifest names are missing")
        }
        return manifest
    }

    /// Collects so many bytes; nothing while there are fewer.
    private mutating func fill(_ rest: inout ArraySlice<UInt8>, upTo count: Int) -> [UInt8]? {
        let part = rest.prefix(count - buffer.count)
        buffer += part
        rest = rest.dropFirst(part.count)
        guard buffer.count == count else { return nil }
        defer { buffer = [] }
        return buffer
    }

    private mutating func begin(_ header: TarHeader?) throws(ArtifactFailure) {
        guard let header else {
            expectation = .end
            return
        }
        padding = TarHeader.padding(header.size)
        guard let manifest else {
            guard header.name == BundleManifest.name,
                (1...BundleManifest.largest).contains(header.size)
            else { throw .bundle("it does not begin with \(BundleManifest.name)") }
            expectation = .manifest(left: header.size)
            return
        }
        let sha256 = String(header.name.dropFirst(BundleManifest.folder.count))
        guard header.name.hasPrefix(BundleManifest.folder),
            manifest.files.contains(where: { $0 == (sha256, header.size) }),
            received.insert(sha256).inserted
        else { throw .bundle("it holds a file that its manifest does not name") }
        let file = try IncomingFile(sha256, size: header.size, at: cache.temporaryPath())
        if header.size == 0 { try finish(file) } else { expectation = .file(file) }
    }

    private mutating func finish(_ file: IncomingFile) throws(ArtifactFailure) {
        let isNew = cache.path(of: file.sha256) == nil
        try file.admit(to: cache)
        added += isNew ? 1 : 0
        expectation = padding == 0 ? .header : .padding(left: padding)
    }
}

/// A file of a bundle that has not come as a whole yet; it is gone with the last that knows of it.
private final class IncomingFile {
    let sha256: String
    private(set) var left: Int64
    private let path: String
    private let descriptor: Int32

    init(_ sha256: String, size: Int64, at path: String) throws(ArtifactFailure) {
        self.sha256 = sha256
        self.path = path
        left = size
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(path)
        }
    }

    func append(_ bytes: ArraySlice<UInt8>) throws(ArtifactFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path)
            }
            rest = rest.dropFirst(count)
        }
        left -= Int64(bytes.count)
    }

    func admit(to cache: ArtifactCache) throws(ArtifactFailure) {
        let got = try ArtifactCache.hash(ofFileAt: path)
        guard got == sha256 else {
            throw .hashMismatch(
                url: "a file of the bundle",
                expected: sha256,
                got: got,
                source: "from its manifest"
            )
        }
        _ = try cache.admit(path)
    }

    private static func failure(_ path: String) -> ArtifactFailure {
        .local("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
