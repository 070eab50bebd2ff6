import Foundation
import Steps
import Synchronization
import Testing
import Trust

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostArtifactsTests {
    private let scratch: HostScratch
    private let bytes: [UInt8]
    private let placement: ArtifactPlacement

    init() throws {
        scratch = try HostScratch()
        bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        placement = ArtifactPlacement(
            sha256: SHA256.hex(bytes),
            path: "\(scratch.path)/usr/bin/k3s",
            mode: 0o755
        )
    }

    private func expectPlaced() async throws {
        #expect(try await scratch.host.sha256(of: placement.path) == placement.sha256)
        #expect(try await scratch.host.mode(of: placement.path) == 0o755)
        #expect(try scratch.names(in: "usr/bin") == ["k3s"])
    }

    private func failure(of source: PlayedSource) async -> HostFailure? {
        await #expect(throws: HostFailure.self) {
            try await scratch.host.place(placement, from: source)
        }
    }

    @Test func `an artifact is placed, also over another, and again`() async throws {
        try await scratch.host.write(placement.path, [1, 2, 3], mode: 0o600)
        for _ in 0..<2 {
            try await scratch.host.place(placement, from: PlayedSource(bytes))
            try await expectPlaced()
        }
    }

    @Test func `wrong bytes leave no trace, and the old file stays`() async throws {
        try await scratch.host.write(placement.path, [1, 2, 3], mode: 0o600)
        let failure = await failure(of: PlayedSource(bytes.reversed()))
        #expect(failure?.code == .hashMismatch)
        #expect(failure?.message.contains(placement.path) == true)
        #expect(try await scratch.host.read(placement.path) == [1, 2, 3])
        #expect(try scratch.names(in: "usr/bin") == ["k3s"])
        #expect(await self.failure(of: PlayedSource([]))?.code == .hashMismatch)
    }

    @Test func `a cut transfer goes on where it broke off`() async throws {
        let broken = PlayedSource(bytes, breaksAt: 200_000)
        #expect(await failure(of: broken)?.code == .sourceUnavailable)
        #expect(try await scratch.host.read(placement.path) == nil)
        let whole = PlayedSource(bytes)
        try await scratch.host.place(placement, from: whole)
        #expect(whole.offsets == [200_000])
        try await expectPlaced()
    }

    @Test func `a part that is not the beginning is fetched anew`() async throws {
        _ = await failure(of: PlayedSource(bytes.reversed(), breaksAt: 100_000))
        let whole = PlayedSource(bytes)
        try await scratch.host.place(placement, from: whole)
        #expect(whole.offsets == [100_000, 0])
        try await expectPlaced()
    }

    @Test func `a part that is too long is fetched anew`() async throws {
        _ = await failure(of: PlayedSource(bytes + bytes, breaksAt: 400_000))
        let whole = PlayedSource(bytes)
        try await scratch.host.place(placement, from: whole)
        #expect(whole.offsets == [400_000, 0])
        try await expectPlaced()
    }

    @Test func `a cancelled transfer places nothing`() async throws {
        let host = scratch.host
        let placement = placement
        let (waiting, begun) = AsyncStream<Void>.makeStream()
        let source = PlayedSource(bytes, whenHalfway: { begun.finish() })
        let task = Task { () -> HostFailure? in
            do throws(HostFailure) {
                try await host.place(placement, from: source)
                return nil
            } catch {
                return error
            }
        }
        for await _ in waiting {}
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(try await host.read(placement.path) == nil)
    }

    @Test(.enabled(if: FullDisk.isPossible, "only root can mount a small file system"))
    func `a full disk is given its room back`() async throws {
        let disk = try FullDisk(at: "\(scratch.path)/usr/bin", kilobytes: 128)
        let failure = await failure(of: PlayedSource(bytes))
        #expect(failure?.code == .diskFull)
        #expect(failure?.message.contains(placement.path) == true)
        #expect(try scratch.names(in: "usr/bin").isEmpty)
        #expect(disk.path.hasSuffix("usr/bin"))
    }
}

/// A coordinator that hands out bytes in pieces, and breaks off where it is told to.
private final class PlayedSource: ArtifactSource {
    private let bytes: [UInt8]
    private let breaksAt: Int?
    private let whenHalfway: (@Sendable () -> Void)?
    private let asked = Mutex<[Int64]>([])

    init(
        _ bytes: [UInt8],
        breaksAt: Int? = nil,
        whenHalfway: (@Sendable () -> Void)? = nil
    ) {
        self.bytes = bytes
        self.breaksAt = breaksAt
        self.whenHalfway = whenHalfway
    }

    /// From where it was asked, in order.
    var offsets: [Int64] { asked.withLock { $0 } }

    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        asked.withLock { $0.append(offset) }
        guard offset <= bytes.count else {
            throw HostFailure(.sourceUnavailable, "there are not so many bytes")
        }
        var position = Int(offset)
        while position < bytes.count {
            if let breaksAt, position >= breaksAt {
                throw HostFailure(.sourceUnavailable, "the link broke")
            }
            if let whenHalfway, position > bytes.count / 2 {
                whenHalfway()
                while !Task.isCancelled { await Task.yield() }
            }
            let end = min(position + 10_000, bytes.count)
            try await receive(Array(bytes[position..<end]))
            position = end
        }
    }
}
