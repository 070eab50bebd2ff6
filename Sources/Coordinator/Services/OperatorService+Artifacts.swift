import GRPCCore
import Protocol
import SwiftProtobuf

// What the coordinator has for agents to fetch.
extension OperatorService {
    func listArtifacts(
        request: WireListArtifactsRequest,
        context: ServerContext
    ) async throws
        -> WireListArtifactsResponse
    {
        let pins = try await answering { () async throws(ServiceFailure) in
            try await store.serve { db throws in try ArtifactPinTable.all(in: db) }
        }
        let sizes = Dictionary(
            cache.entries().map { ($0.sha256, $0.size) },
            uniquingKeysWith: { first, _ in first }
        )
        let known = Set(pins.map(\.sha256))
        let nameless = sizes.keys.filter { !known.contains($0) }.sorted().map {
            (url: "", sha256: $0)
        }
        return .with {
            $0.artifacts = (pins + nameless).compactMap { url, sha256 in
                sizes[sha256].map { WireArtifact(url: url, sha256: sha256, size: $0) }
            }
        }
    }

    func importArtifacts(
        request: RPCAsyncSequence<WireImportArtifactsPart, any Error>,
        context: ServerContext
    ) async throws
        -> WireImportArtifactsResponse
    {
        do {
            var reader = BundleReader(into: cache)
            var isCompared = false
            for try await part in request {
                try reader.append([UInt8](part.data))
                guard !isCompared, let manifest = reader.manifest else { continue }
                isCompared = true
                try await demandKnown(manifest)
            }
            let manifest = try reader.finish()
            try await pin(manifest)
            let added = reader.added
            events.note(
                .artifactsImported(added, by: Caller.operatorName(in: context), at: now())
            )
            return .with {
                $0.artifacts = manifest.artifacts.map {
                    WireArtifact(url: $0.url, sha256: $0.sha256, size: $0.size)
                }
                $0.added = Int32(clamping: added)
            }
        } catch let failure as ArtifactFailure {
            throw RPCError(.artifact(failure))
        } catch let failure as ServiceFailure {
            throw RPCError(failure)
        }
    }

    /// What an address was found to hold here is what it holds: a bundle does not change that.
    private func demandKnown(_ manifest: BundleManifest) async throws(ServiceFailure) {
        let pins = try await store.serve { db throws in try ArtifactPinTable.all(in: db) }
        let known = Dictionary(
            pins.map { ($0.url, $0.sha256) },
            uniquingKeysWith: { first, _ in first }
        )
        for entry in manifest.artifacts {
            guard let expected = known[entry.url], expected != entry.sha256 else { continue }
            throw .artifact(
                .hashMismatch(
                    url: entry.url,
                    expected: expected,
                    got: entry.sha256,
                    source: "as first seen by this coordinator"
                )
            )
        }
    }

    private func pin(_ manifest: BundleManifest) async throws(ServiceFailure) {
        let at = now()
        try await store.serve { db throws in
            for entry in manifest.artifacts {
                try ArtifactPinTable.keep(entry.url, sha256: entry.sha256, at: at, in: db)
            }
        }
    }
}

extension WireArtifact {
    /// A file, as it is told.
    fileprivate init(url: String, sha256: String, size: Int64) {
        self.init()
        self.url = url
        self.sha256 = sha256
        self.size = size
    }
}
