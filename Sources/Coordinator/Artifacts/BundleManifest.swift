import Foundation

/// What a bundle of artifacts holds: its first file, `manifest.json`.
struct BundleManifest: Sendable, Equatable, Codable {
    /// One file.
    struct Entry: Sendable, Equatable, Codable {
        /// Where plans say that it comes from.
        var url: String
        /// 64 lower-case hexadecimal digits: also the file's name in the bundle.
        var sha256: String
        /// Bytes.
        var size: Int64
    }

    /// The only form that there is.
    static let format = 1
    /// The folder that everything lies in.
    static let folder = "isthmus-artifacts/"
    /// The first file's name.
    static let name = folder + "manifest.json"
    /// Bytes of the manifest.
    static let largest: Int64 = 1 << 20
    /// Files of one bundle.
    static let most = 200
    /// Bytes of one file, as downloads have at most.
    static let largestFile: Int64 = 1 << 30

    /// 1.
    var format = Self.format
    /// By address.
    var artifacts: [Entry]

    /// Orders the files, so that equal ones make equal bundles.
    init(_ artifacts: [Entry]) {
        self.artifacts = artifacts.sorted { ($0.url, $0.sha256) < ($1.url, $1.sha256) }
    }

    /// Reads one, strictly.
    init(_ bytes: [UInt8]) throws(ArtifactFailure) {
        do {
            self = try JSONDecoder().decode(BundleManifest.self, from: Data(bytes))
        } catch {
            throw .bundle("its manifest cannot be read")
        }
        guard format == Self.format else { throw .bundle("it is of a later form, \(format)") }
        guard (1...Self.most).contains(artifacts.count),
            artifacts.allSatisfy({
                SHA256Text.isHash($0.sha256) && (0...Self.largestFile).contains($0.size)
            })
        else { throw .bundle("its manifest names no files, too many, or none that could be") }
    }

    /// JSON for people and programs.
    func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// The files, each once, in the order in which they follow.
    var files: [(sha256: String, size: Int64)] {
        Dictionary(artifacts.map { ($0.sha256, $0.size) }, uniquingKeysWith: { first, _ in first })
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
