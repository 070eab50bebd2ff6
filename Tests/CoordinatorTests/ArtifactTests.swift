import Foundation
import Plan
import Steps
import Testing
import Trust

@testable import Coordinator

@Suite struct ArtifactTests {
    let folder: TemporaryFolder
    let store: Store
    let cache: ArtifactCache
    let upstream: UpstreamArtifacts

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(path: folder.path + "/isthmus.sqlite")
        cache = try ArtifactCache(directory: folder.path + "/artifacts")
        upstream = UpstreamArtifacts(cache: cache, store: store, now: { 1 })
    }

    @Test func `a file comes into the cache under its hash`() async throws {
        let url = "file://" + (try folder.write("k3s", "binary"))
        let expected = SHA256.hex(Array("binary".utf8))
        let sha256 = try await upstream.bring(ArtifactReference(url: url, sha256: expected))
        #expect(sha256 == expected)
        #expect(try cache.bytes(of: sha256) == Array("binary".utf8))
        #expect(try folder.mode(of: "artifacts/\(sha256)") == 0o600)
        #expect(try leftovers().isEmpty)
    }

    @Test func `a wrong hash is named with the right one and the address`() async throws {
        let url = "file://" + (try folder.write("k3s", "binary"))
        let expected = String(repeating: "0", count: 64)
        let got = SHA256.hex(Array("binary".utf8))
        let failure = await #expect(throws: ArtifactFailure.self) {
            try await upstream.bring(ArtifactReference(url: url, sha256: expected))
        }
        let text = try #require(failure?.description)
        #expect(text.contains(url) && text.contains(expected) && text.contains(got))
        #expect(cache.path(of: got) == nil)
        #expect(try leftovers().isEmpty)
    }

    @Test func `a release's list of checksums is believed where the plan has none`() async throws {
        let hash = SHA256.hex(Array("binary".utf8))
        let url = "file://" + (try folder.write("k3s-arm64", "binary"))
        let list = "file://" + (try folder.write("sums", "\(hash)  k3s-arm64\n0 x\n"))
        let reference = ArtifactReference(url: url, checksumsURL: list)
        #expect(try await upstream.bring(reference) == hash)
        let unlisted = ArtifactReference(
            url: "file://" + (try folder.write("k3s", "x")),
            checksumsURL: list
        )
        await #expect(throws: ArtifactFailure.notListed(url: unlisted.url, list: list)) {
            try await upstream.bring(unlisted)
        }
    }

    @Test func `an address is held to what it held first`() async throws {
        let path = try folder.write("install.sh", "one")
        let reference = ArtifactReference(url: "file://" + path)
        let first = try await upstream.bring(reference)
        try folder.write("install.sh", "two")
        #expect(try await upstream.bring(reference) == first)
        try FileManager.default.removeItem(atPath: try #require(cache.path(of: first)))
        let failure = await #expect(throws: ArtifactFailure.self) {
            try await upstream.bring(reference)
        }
        #expect(failure?.description.contains("as first seen by this coordinator") == true)
    }

    @Test func `what is in the cache is not fetched again`() async throws {
        let path = try folder.write("k3s", "binary")
        let hash = SHA256.hex(Array("binary".utf8))
        let reference = ArtifactReference(url: "file://" + path, sha256: hash)
        _ = try await upstream.bring(reference)
        try FileManager.default.removeItem(atPath: path)
        #expect(try await upstream.bring(reference) == hash)
    }

    @Test func `a missing file says so in curl's words`() async throws {
        let url = "file://\(folder.path)/nothing"
        let failure = await #expect(throws: ArtifactFailure.self) {
            try await upstream.bring(ArtifactReference(url: url))
        }
        #expect(failure?.description.contains(url) == true)
        #expect(failure?.description.contains("curl: (37)") == true)
    }

    @Test func `everything may come from a mirror`() async throws {
        try folder.write("mirror/github.com/k3s-io/k3s", "binary")
        var upstream = upstream
        upstream.mirror = ArtifactMirror(folder.path + "/mirror/")
        let hash = try await upstream.bring(
            ArtifactReference(url: "https://github.com/k3s-io/k3s")
        )
        #expect(try cache.bytes(of: hash) == Array("binary".utf8))
    }

    @Test func `a mirror takes the place of the scheme`() {
        let mirror = ArtifactMirror("https://mirror.example/all")
        #expect(
            mirror.address(of: "https://a.b/c%2Bd?e") == "https://mirror.example/all/a.b/c%2Bd?e"
        )
        #expect(mirror.address(of: "file:///a") == "file:///a")
        #expect(ArtifactMirror("/srv/x").address(of: "http://a/b") == "file:///srv/x/a/b")
    }

    @Test func `curl is never led from https to less`() throws {
        func redirects(_ url: String) throws -> String? {
            let arguments = try Download(url: url, path: "/tmp/x").arguments()
            return arguments.firstIndex(of: "--proto-redir").map { arguments[$0 + 1] }
        }
        #expect(try redirects("https://a/b") == "=https")
        #expect(try redirects("http://a/b") == "=https,http")
        #expect(throws: ArtifactFailure.unusableURL("ftp://a")) { try redirects("ftp://a") }
        #expect(throws: ArtifactFailure.unusableURL("--config")) { try redirects("--config") }
    }

    @Test func `no path leads out of the cache`() throws {
        try folder.write("secret", "x")
        #expect(cache.path(of: "../secret") == nil)
        #expect(cache.path(of: "") == nil)
    }

    @Test func `an earlier process's half files are cleared away`() throws {
        try folder.write("artifacts/.incoming-1", "half")
        _ = try ArtifactCache(directory: folder.path + "/artifacts")
        #expect(try leftovers().isEmpty)
    }

    @Test func `checksum lists are read in both spellings`() {
        let hash = String(repeating: "ab", count: 32)
        let list = ChecksumList("\(hash.uppercased()) *k3s\n\(hash)  dir name\nnonsense\n")
        #expect(list.hash(ofFileAt: "https://x/v1.34.3%2Bk3s1/k3s") == hash)
        #expect(list.hash(ofFileAt: "https://x/dir%20name") == hash)
        #expect(list.hash(ofFileAt: "https://x/nonsense") == nil)
    }

    @Test func `stand-ins make a whole set`() async throws {
        let stand = StandInArtifacts(cache: cache)
        let resolved = try await stand.resolve(.sample(), for: [.amd64, .arm64])
        #expect(resolved.k3s.count == 2)
        #expect(cache.path(of: resolved.installScript) != nil)
        #expect(resolved.kilo.count == 2)
        let text = String(decoding: try cache.bytes(of: resolved.installScript), as: UTF8.self)
        #expect(text.contains("stand-in"))
    }

    private func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: cache.directory)
            .filter { $0.hasPrefix(".incoming") }
    }
}
