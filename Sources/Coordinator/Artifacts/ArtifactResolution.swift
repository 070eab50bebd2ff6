import Daemon
import Foundation
import Plan
import Steps
import Trust

/// From where a plan's artifacts are taken.
protocol ArtifactProvider: Sendable {
    /// Whether the artifacts are real, so that a real machine may have them.
    var isGenuine: Bool { get }
    /// Brings everything that the plan needs for these processors into the cache.
    ///
    /// - Throws: `ArtifactFailure` where something is missing or not what it should be.
    func resolve(
        _ plan: ClusterPlan,
        for architectures: Set<Architecture>
    )
        async
        throws(ArtifactFailure) -> ResolvedArtifacts
}

/// The addresses that plans name, or a mirror of them.
struct UpstreamArtifacts: ArtifactProvider {
    let isGenuine = true
    /// Where they are kept.
    let cache: ArtifactCache
    /// Where first findings are kept.
    let store: Store
    /// Another place to take them from.
    var mirror: ArtifactMirror?
    /// The clock, milliseconds since 1970.
    var now: @Sendable () -> Int64 = WallClock.now

    func resolve(
        _ plan: ClusterPlan,
        for architectures: Set<Architecture>
    )
        async
        throws(ArtifactFailure) -> ResolvedArtifacts
    {
        var k3s: [Architecture: String] = [:]
        var images: [Architecture: String] = [:]
        for architecture in architectures.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let reference = plan.artifacts.k3s[architecture] else {
                throw .missingArchitecture(architecture.rawValue)
            }
            k3s[architecture] = try await bring(reference)
            guard let image = plan.artifacts.airgapImages[architecture] else { continue }
            images[architecture] = try await bring(image)
        }
        let script = try await bring(plan.artifacts.installScript)
        let chart = try await dashboardChart(of: plan)
        let definitions = try await text(of: plan.artifacts.kiloCRDs)
        let manifest = try await text(of: plan.artifacts.kiloManifest)
        do {
            return ResolvedArtifacts(
                k3s: k3s,
                installScript: script,
                airgapImages: images.isEmpty ? nil : images,
                kiloCRDs: try KiloManifests.definitions(
                    definitions,
                    file: plan.artifacts.kiloCRDs.url
                ),
                kilo: try KiloManifests.fitted(
                    manifest,
                    file: plan.artifacts.kiloManifest.url,
                    to: plan
                ),
                dashboardChart: chart
            )
        } catch {
            throw .manifest(error)
        }
    }

    /// The chart that the plan has of its own, in Base64.
    private func dashboardChart(of plan: ClusterPlan) async throws(ArtifactFailure) -> String? {
        guard plan.dashboard.provider == .headlamp, let chart = plan.dashboard.chart else {
            return nil
        }
        return Data(try cache.bytes(of: try await bring(chart))).base64EncodedString()
    }

    private func text(of reference: ArtifactReference) async throws(ArtifactFailure) -> String {
        String(decoding: try cache.bytes(of: try await bring(reference)), as: UTF8.self)
    }

    /// The hash of what the reference names, which is in the cache from then on.
    func bring(_ reference: ArtifactReference) async throws(ArtifactFailure) -> String {
        let expectation = try await expectation(of: reference)
        if let expectation, cache.path(of: expectation.sha256) != nil { return expectation.sha256 }
        let temporary = cache.temporaryPath()
        defer { unlink(temporary) }
        try await fetch(reference.url, to: temporary)
        let got = try ArtifactCache.hash(ofFileAt: temporary)
        if let expectation, expectation.sha256 != got {
            throw .hashMismatch(
                url: reference.url,
                expected: expectation.sha256,
                got: got,
                source: expectation.source
            )
        }
        let sha256 = try cache.admit(temporary)
        try await pin(reference.url, sha256)
        return sha256
    }

    private struct Expectation {
        var sha256: String
        var source: String
    }

    /// The plan's word counts most, then what was found here before, then the release's list.
    private func expectation(
        of reference: ArtifactReference
    ) async throws(ArtifactFailure)
        -> Expectation?
    {
        if let sha256 = reference.sha256 {
            return Expectation(sha256: sha256, source: "from the plan")
        }
        if let pinned = try await pinned(reference.url) {
            return Expectation(sha256: pinned, source: "as first seen by this coordinator")
        }
        guard let list = reference.checksumsURL else { return nil }
        let temporary = cache.temporaryPath()
        defer { unlink(temporary) }
        try await fetch(list, to: temporary)
        let text: [UInt8]
        do {
            text = try AtomicFile.read(temporary, limit: 1 << 20) ?? []
        } catch {
            throw .local("\(list): \(error)")
        }
        let checksums = ChecksumList(String(decoding: text, as: UTF8.self))
        guard let sha256 = checksums.hash(ofFileAt: reference.url) else {
            throw .notListed(url: reference.url, list: list)
        }
        return Expectation(sha256: sha256, source: "from \(list)")
    }

    private func fetch(_ url: String, to path: String) async throws(ArtifactFailure) {
        let address = mirror?.address(of: url) ?? url
        try await Download(url: address, path: path).run()
    }

    private func pinned(_ url: String) async throws(ArtifactFailure) -> String? {
        do {
            return try await store.read { db throws in try ArtifactPinTable.find(url, in: db) }
        } catch {
            throw .local(error.description)
        }
    }

    private func pin(_ url: String, _ sha256: String) async throws(ArtifactFailure) {
        let at = now()
        do {
            try await store.write { db throws in
                try ArtifactPinTable.keep(url, sha256: sha256, at: at, in: db)
            }
        } catch {
            throw .local(error.description)
        }
    }
}
