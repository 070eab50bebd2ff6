import Foundation
import Plan
import PlanFile
import Trust

/// Fetches all that a plan needs and puts it into one file.
struct BundleExport: Sendable {
    /// The plan.
    let plan: ClusterPlan
    /// Files for other processors are left out.
    let architectures: Set<Architecture>
    /// Hears each address before it is fetched.
    let progress: @Sendable (_ url: String) -> Void

    /// Writes the bundle.
    ///
    /// - Parameter path: The file; it is there as a whole, or as it was.
    /// - Returns: What is in it.
    /// - Throws: `ArtifactFailure` where a file is not to be had or not what it should be.
    func write(to path: String) async throws -> BundleManifest {
        // Beside the bundle, where there must be room for it in any case.
        let folder = "\(AtomicFile.directory(of: path))/.isthmus-\(UUID().uuidString)"
        try AtomicFile.createDirectory(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var paths: [String: String] = [:]
        var entries: [BundleManifest.Entry] = []
        for reference in references {
            progress(reference.url)
            let file = "\(folder)/\(UUID().uuidString)"
            let sha256 = try await fetch(reference, to: file, in: folder)
            paths[sha256] = file
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64
            entries.append(.init(url: reference.url, sha256: sha256, size: size ?? 0))
        }
        let manifest = BundleManifest(entries)
        try BundleWriter(paths: paths, manifest: manifest).write(to: path)
        return manifest
    }

    /// Each file once.
    private var references: [ArtifactReference] {
        var seen: Set<String> = []
        return PlanArtifact.all(of: plan).filter { artifact in
            let word = artifact.pointer.tokens.last.flatMap { Architecture(rawValue: $0) }
            return word.map(architectures.contains) ?? true
        }.map(\.reference).filter { seen.insert($0.url).inserted }
    }

    private func fetch(
        _ reference: ArtifactReference,
        to path: String,
        in folder: String
    ) async throws(ArtifactFailure) -> String {
        var expected = reference.sha256.map { ArtifactHash(sha256: $0, source: "the plan") }
        if expected == nil, reference.checksumsURL != nil {
            expected = try await ArtifactHash.ask(reference, in: folder)
        }
        try await Download(url: reference.url, path: path).run()
        let got = try ArtifactCache.hash(ofFileAt: path)
        if let expected, expected.sha256 != got {
            throw .hashMismatch(
                url: reference.url,
                expected: expected.sha256,
                got: got,
                source: "from \(expected.source)"
            )
        }
        return got
    }
}
