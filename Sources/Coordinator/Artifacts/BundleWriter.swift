import Foundation
import Trust

/// Writes a bundle: a tar archive with the manifest first, then each file under its hash. The same
/// files make the same bytes, whenever and by whomever.
struct BundleWriter {
    /// Files by their hash, whole and checked.
    let paths: [String: String]
    /// What they are.
    let manifest: BundleManifest

    /// Writes it to a path, as a whole or not at all.
    func write(to path: String) throws {
        var writer = try AtomicFile.Writer(path, mode: 0o644)
        let text = try manifest.text()
        try writer.append(
            TarHeader(name: BundleManifest.name, size: Int64(text.count)).bytes() + text
                + Self.zeros(TarHeader.padding(Int64(text.count)))
        )
        for (sha256, size) in manifest.files {
            try writer.append(
                TarHeader(name: BundleManifest.folder + sha256, size: size).bytes()
            )
            let source = URL(fileURLWithPath: paths[sha256] ?? "")
            let file = try FileHandle(forReadingFrom: source)
            defer { try? file.close() }
            while let data = try file.read(upToCount: 1 << 20), !data.isEmpty {
                try writer.append([UInt8](data))
            }
            try writer.append(Self.zeros(TarHeader.padding(size)))
        }
        // Two blocks of zeros end an archive.
        try writer.append(Self.zeros(2 * TarHeader.block))
        try writer.commit()
    }

    private static func zeros(_ count: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: count)
    }
}
