import Daemon
import Foundation
import Logging
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Testing
import Trust

@testable import Coordinator

/// What becomes of a rotation when the disk or the port refuses in the middle of a step.
@Suite struct RotationDriverTests {
    private let folder: TemporaryFolder
    private let state: StateDirectory
    private let store: Store
    private let authorities: Authorities
    private let driver: RotationDriver
    private let log = RecordedLog()
    private let fails = Flag()

    private struct Trouble: Error {}
    private final class Flag: Sendable {
        let value = Mutex(false)
    }

    init() async throws {
        folder = try TemporaryFolder()
        state = StateDirectory(folder.path + "/state")
        try Initialization(cluster: "test", address: "127.0.0.1").run(in: state)
        store = try Store(path: state.store)
        authorities = Authorities(try AuthorityFiles(state: state).load())
        driver = RotationDriver(
            RotationDriver.Surroundings(
                state: state,
                configuration: try state.configuration(),
                authorities: authorities,
                store: store,
                registry: NodeRegistry(),
                connections: PeerConnections(),
                logger: log.logger,
                now: WallClock.now
            )
        )
        await driver.follow { [fails] in
            if fails.value.withLock(\.self) { throw Trouble() }
        }
    }

    private func fail(_ body: () async throws -> Void) async throws {
        fails.value.withLock { $0 = true }
        try await body()
        fails.value.withLock { $0 = false }
    }

    private func perform(_ action: RotationAction) async throws -> RotationDriver.Report {
        try await driver.perform(action, asked: "admin")
    }

    @Test(
        arguments: [
            [], [.start], [.start, .sign], [.start, .back], [.start, .sign, .back],
        ] as [[RotationAction]]
    )
    func `a step that stopped in the middle goes on when it is asked for again`(
        before: [RotationAction]
    ) async throws {
        for action in before { _ = try await perform(action) }
        let next: RotationAction =
            switch before.last {
            case nil: .start
            case .start: .sign
            default: .finish(leavingBehind: false)
            }
        let known = authorities.current
        try await fail {
            await #expect(throws: ServiceFailure.unfinishedRotation("Trouble()")) {
                try await perform(next)
            }
        }
        // Nothing is in force that the port does not show.
        #expect(authorities.current.pins == known.pins)
        #expect(authorities.current.rotation == known.rotation)
        let report = try await perform(next)
        #expect(report.hasChanged)
        let stored = try AuthorityFiles(state: state).load()
        #expect(stored.rotation == report.set.rotation)
        #expect(stored.pins == report.set.pins && stored.pins == authorities.current.pins)
        #expect(!FileManager.default.fileExists(atPath: state.path + "/ca/key.next.pem"))
    }

    @Test func `after an end that stopped in the middle nothing turns round any more`()
        async throws
    {
        for action in [RotationAction.start, .sign] { _ = try await perform(action) }
        let incoming = authorities.signer.certificate.publicKeySHA256
        try await fail { _ = try? await perform(.finish(leavingBehind: false)) }
        await #expect(throws: ServiceFailure.rotation(.notStarted)) { try await perform(.back) }
        #expect(authorities.current.pins == [incoming])
    }

    @Test func `each step stands in the log with who asked for it`() async throws {
        for action in [RotationAction.start, .sign, .sign, .back, .finish(leavingBehind: false)] {
            _ = try await perform(action)
        }
        let lines = log.lines.filter { $0.contains("The certificate authority changes") }
        #expect(lines.count == 4)
        for (line, phase) in zip(lines, ["introduced", "signing", "returning", "settled"]) {
            #expect(line.contains(": \(phase)") && line.contains("admin"), "\(line)")
        }
    }

    @Test func `many agents do not ask at once`() async throws {
        _ = try await perform(.start)
        for (nodes, pause) in [(0, 0), (3, 60), (1000, 20_000), (1_000_000, 600_000)] {
            var told: WireTrustBundle?
            authorities.announce(nodes: nodes) { told = $0.trust }
            #expect(told?.renewWithin == Int64(pause))
            #expect(told?.authorities == authorities.bundle)
        }
    }
}
