import Foundation
import Plan
import Trust

/// Artifacts by their hash: `artifacts/<sha256>`. A file stands there whole and checked, or not at
/// all.
struct ArtifactCache: Sendable {
    /// The folder.
    let directory: String
    private static let incoming = ".incoming-"

    /// Uses a folder, making it where needed, and clears away what an earlier process left half
    /// done.
    init(directory: String) throws(ArtifactFailure) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            for name in try FileManager.default.contentsOfDirectory(atPath: directory)
            where name.hasPrefix(Self.incoming) {
                try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
            }
        } catch {
            throw .local("\(directory) cannot be used for artifacts: \(error.localizedDescription)")
        }
    }

    /// Where the artifact is; nothing where there is none, or the text is no hash.
    func path(of sha256: String) -> String? {
        guard SHA256Text.isHash(sha256) else { return nil }
        let path = "\(directory)/\(sha256)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// The artifacts that are here, by hash, with their sizes in bytes.
    func entries() -> [(sha256: String, size: Int64)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter(SHA256Text.isHash).sorted().compactMap { name in
            var status = stat()
            guard stat("\(directory)/\(name)", &status) == 0 else { return nil }
            return (name, Int64(status.st_size))
        }
    }

    /// A small artifact's bytes.
    func bytes(of sha256: String) throws(ArtifactFailure) -> [UInt8] {
        guard let path = path(of: sha256), let data = FileManager.default.contents(atPath: path)
        else { throw .local("artifact \(sha256) is missing in \(directory)") }
        return [UInt8](data)
    }

    /// A name for a file that is still arriving.
    func temporaryPath() -> String {
        "\(directory)/\(Self.incoming)\(UUID().uuidString)"
    }

    /// Takes an arrived file in under the hash of its bytes, and says which that is.
    func admit(_ temporary: String) throws(ArtifactFailure) -> String {
        let sha256 = try Self.hash(ofFileAt: temporary)
        try move(temporary, to: sha256)
        return sha256
    }

    /// Takes bytes in, and says what their hash is.
    func admit(_ bytes: [UInt8]) throws(ArtifactFailure) -> String {
        let sha256 = SHA256.hex(bytes)
        do {
            try AtomicFile.write("\(directory)/\(sha256)", bytes, mode: 0o600)
        } catch {
            throw .local(error.description)
        }
        return sha256
    }

    /// The hash of a file of any size.
    static func hash(ofFileAt path: String) throws(ArtifactFailure) -> String {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            var stream = SHA256.Stream()
            while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
                chunk.withUnsafeBytes { stream.update($0) }
            }
            return stream.finish()
        } catch {
            throw .local("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    private func move(_ temporary: String, to sha256: String) throws(ArtifactFailure) {
        let path = "\(directory)/\(sha256)"
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else {
            throw .local("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        do {
            try AtomicFile.synchronizeDirectory(directory)
        } catch {
            throw .local(error.description)
        }
    }
}
