import Foundation
import Plan
import Trust

/// What a file is, asked where it comes from: its hash and who says so.
struct ArtifactHash: Sendable, Equatable {
    /// 64 lower-case hexadecimal digits.
    let sha256: String
    /// The list that names it, or the file itself.
    let source: String

    /// Asks the list that the release publishes where there is one, else the file, fetched whole.
    ///
    /// - Parameters:
    ///   - reference: Where the file comes from; its own hash is not looked at.
    ///   - folder: Where it may be put for a moment.
    /// - Returns: The hash, and who says so.
    /// - Throws: `ArtifactFailure` where the list or the file is not to be had, or the list does not
    ///   name the file.
    static func ask(
        _ reference: ArtifactReference,
        in folder: String
    ) async throws(ArtifactFailure) -> ArtifactHash {
        let path = "\(folder)/\(UUID().uuidString)"
        defer { unlink(path) }
        guard let list = reference.checksumsURL else {
            try await Download(url: reference.url, path: path).run()
            return ArtifactHash(
                sha256: try ArtifactCache.hash(ofFileAt: path),
                source: reference.url
            )
        }
        try await Download(url: list, path: path).run()
        let text: [UInt8]
        do {
            text = try AtomicFile.read(path, limit: 1 << 20) ?? []
        } catch {
            throw .local("\(list): \(error)")
        }
        let checksums = ChecksumList(String(decoding: text, as: UTF8.self))
        guard let sha256 = checksums.hash(ofFileAt: reference.url) else {
            throw .notListed(url: reference.url, list: list)
        }
        return ArtifactHash(sha256: sha256, source: list)
    }
}
