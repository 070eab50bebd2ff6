import Foundation
import GRPCCore
import Plan
import PlanFile
import Protocol
import Steps
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

/// A plan's files in one file, from a coordinator with a way out to one without.
@Suite(.timeLimit(.minutes(2))) struct BundleTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// The sample, whose files lie in a folder.
    private func plan() throws -> ClusterPlan {
        var plan = try ClusterPlan.sample()
        func file(_ name: String, _ text: String) throws -> ArtifactReference {
            ArtifactReference(url: "file://" + (try folder.write("upstream/\(name)", text)))
        }
        let binary = try file("k3s", String(repeating: "k3s", count: 100_000))
        plan.artifacts = ArtifactSettings(
            k3s: [.amd64: binary, .arm64: try file("k3s-arm64", "")],
            installScript: try file("install.sh", "#!/bin/sh\n"),
            airgapImages: [.amd64: try file("images", String(repeating: "i", count: 512))],
            kiloCRDs: try file("crds.yaml", StandInArtifacts.definitions),
            kiloManifest: try file("kilo.yaml", StandInArtifacts.manifest("0.7.0"))
        )
        return plan
    }

    private func export(
        _ name: String,
        _ architectures: Set<Architecture> = Set(Architecture.allCases)
    ) async throws -> (path: String, manifest: BundleManifest) {
        let export = BundleExport(plan: try plan(), architectures: architectures) { _ in }
        let path = "\(folder.path)/\(name)"
        return (path, try await export.write(to: path))
    }

    @Test func `the same files make the same bytes, and tar reads them`() async throws {
        let (path, manifest) = try await export("one.tar")
        let (other, _) = try await export("two.tar")
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: other)))
        #expect(manifest.artifacts.count == 6)
        let unpacked = folder.path + "/unpacked"
        try FileManager.default.createDirectory(atPath: unpacked, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/tar")
        tar.arguments = ["-xf", path, "-C", unpacked]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        for entry in manifest.artifacts {
            let file = "\(unpacked)/isthmus-artifacts/\(entry.sha256)"
            #expect(try ArtifactCache.hash(ofFileAt: file) == entry.sha256)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.sorted() == ["one.tar", "two.tar", "unpacked", "upstream"])
    }

    @Test func `other processors' files can be left out`() async throws {
        let (_, manifest) = try await export("one.tar", [.arm64])
        #expect(manifest.artifacts.count == 4)
        #expect(!manifest.artifacts.contains { $0.url.hasSuffix("/k3s") })
    }

    @Test func `after an import nobody is asked any more`() async throws {
        let (path, manifest) = try await export("one.tar")
        let plan = try plan()
        try FileManager.default.removeItem(atPath: folder.path + "/upstream")
        try await ServerBench.run { bench in
            let answer = try await bench.importing(path)
            #expect(answer.added == 6)
            #expect(try await bench.importing(path).added == 0)
            let listed = try await bench.operating {
                try await $0.listArtifacts(.init()).artifacts
            }
            #expect(Set(listed.map(\.sha256)).isSuperset(of: manifest.artifacts.map(\.sha256)))

            let upstream = UpstreamArtifacts(
                cache: try ArtifactCache(directory: bench.state.artifacts),
                store: bench.server.services.store
            )
            let resolved = try await upstream.resolve(plan, for: [.amd64, .arm64])
            let binary = String(repeating: "k3s", count: 100_000)
            #expect(resolved.k3s[.amd64] == SHA256.hex(Array(binary.utf8)))
            #expect(resolved.airgapImages?.count == 1)
        }
    }

    @Test func `a bundle that contradicts what was found before is refused as a whole`()
        async throws
    {
        let (path, _) = try await export("one.tar")
        try await ServerBench.run { bench in
            let url = try plan().artifacts.installScript.url
            try await bench.server.services.store.write { db throws in
                let other = String(repeating: "b", count: 64)
                try ArtifactPinTable.keep(url, sha256: other, at: 1, in: db)
            }
            let refusal = await #expect(throws: RPCError.self) { try await bench.importing(path) }
            #expect(refusal?.message.contains("as first seen by this coordinator") == true)
            let pins = try await bench.server.services.store.read { db throws in
                try ArtifactPinTable.all(in: db).count
            }
            #expect(pins == 1)
        }
    }

    // MARK: Bytes

    private func read(_ bytes: [UInt8], by size: Int = 1000) throws -> BundleManifest {
        let cache = try ArtifactCache(directory: "\(folder.path)/cache")
        var reader = BundleReader(into: cache)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try reader.append(Array(bytes[start...].prefix(size)))
        }
        return try reader.finish()
    }

    @Test(arguments: [1, 511, 512, 513, 1 << 20])
    func `it may come in any pieces`(size: Int) async throws {
        let (path, manifest) = try await export("one.tar", [.arm64])
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(try read(bytes, by: size) == manifest)
    }

    @Test func `a byte that was changed, a missing end, and anything else are refused`()
        async throws
    {
        let (path, _) = try await export("one.tar")
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        for place in [0, 600, 3000, bytes.count / 2] {
            var changed = bytes
            changed[place] ^= 1
            #expect(throws: ArtifactFailure.self, "\(place)") { try read(changed) }
        }
        for count in [0, 100, 512, 5000, bytes.count - 1024] {
            #expect(throws: ArtifactFailure.self, "\(count)") {
                try read(Array(bytes.prefix(count)))
            }
        }
        #expect(throws: ArtifactFailure.self) { try read(bytes + [1]) }
        #expect(throws: ArtifactFailure.self) { try read([UInt8](repeating: 0, count: 4096)) }
        #expect(throws: ArtifactFailure.self) { try read(Array("no tar at all".utf8)) }
        // What was half there is gone.
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/cache")
        #expect(!left.contains { $0.hasPrefix(".") })
    }

    @Test func `a file that the manifest does not name never gets into the cache`() throws {
        let text = try BundleManifest([
            .init(url: "https://example.org/a", sha256: SHA256.hex([1]), size: 1)
        ]).text()
        let stranger = TarHeader(name: "isthmus-artifacts/" + SHA256.hex([2]), size: 1)
        let padding = [UInt8](repeating: 0, count: TarHeader.padding(Int64(text.count)))
        let bundle =
            TarHeader(name: BundleManifest.name, size: Int64(text.count)).bytes() + text + padding
            + stranger.bytes() + [2]
        let failure = #expect(throws: ArtifactFailure.self) { try read(bundle) }
        #expect(failure?.description.contains("its manifest does not name") == true)
    }
}

extension ServerBench {
    fileprivate func importing(_ path: String) async throws -> WireImportArtifactsResponse {
        let data = try Data(contentsOf: URL(filePath: path))
        return try await operating { client in
            try await client.importArtifacts { writer in
                for start in stride(from: 0, to: data.count, by: 100_000) {
                    let piece = data[start...].prefix(100_000)
                    try await writer.write(.with { $0.data = Data(piece) })
                }
            }
        }
    }
}
