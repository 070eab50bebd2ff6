import Foundation
import GRPCCore
import GRPCTransport
import Logging
import Plan
import Protocol
import SimulatedHost
import Steps
import SwiftProtobuf
import Synchronization
import Testing
import Trust

@testable import Agent
@testable import Coordinator

/// A coordinator and agents that can be put to sleep, over mutual TLS on loopback.
final class RotationScene: Sendable {
    let bench: ServerBench
    private let running = Mutex<[String: Task<Void, Never>]>([:])

    init(_ bench: ServerBench) {
        self.bench = bench
    }

    /// A scene for the length of a test, with these nodes enrolled and awake.
    static func run(
        _ nodes: [String],
        _ body: (RotationScene) async throws -> Void
    ) async throws {
        try await ServerBench.run { bench in
            let scene = RotationScene(bench)
            do {
                for node in nodes {
                    try await scene.enrol(node, token: bench.token(for: node))
                    try scene.wake(node)
                }
                try await scene.until { status in
                    status.nodes.count(where: \.connected) == nodes.count
                }
                try await body(scene)
            } catch {
                await scene.sleepAll()
                throw error
            }
            await scene.sleepAll()
        }
    }

    func folder(of node: String) -> String { "\(bench.folder.path)/agent-\(node)" }

    func enrol(_ node: String, token: String) async throws {
        let host = try SimulatedHost(id: node, internet: SimulatedInternet())
        _ = try await Enrollment.enroll(
            host: "127.0.0.1",
            port: UInt16(clamping: bench.port),
            token: try JoinToken(text: Secret(token)),
            machine: SimulatedReporter(host),
            stateDirectory: folder(of: node),
            replacing: true
        )
    }

    func wake(_ node: String) throws {
        let host = try SimulatedHost(id: node, internet: SimulatedInternet())
        let agent = try AgentService(
            try #require(try AgentState.load(folder(of: node))),
            host: host,
            machine: SimulatedReporter(host),
            delay: ReconnectDelay(spread: 20, cap: 100),
            logger: Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() }),
            decode: StepCatalog.decode(kind:parameters:)
        )
        running.withLock { $0[node] = Task { await agent.run() } }
    }

    func sleep(_ node: String) async throws {
        guard let task = running.withLock({ $0.removeValue(forKey: node) }) else { return }
        task.cancel()
        await task.value
        try await until { status in
            !status.nodes.contains { $0.node == node && $0.connected }
        }
    }

    private func sleepAll() async {
        for task in running.withLock({ $0.values }) {
            task.cancel()
            await task.value
        }
    }

    @discardableResult
    func rotate(
        _ action: WireRotationAction,
        leavingBehind: Bool = false
    ) async throws -> WireAuthorityStatus {
        try await bench.operating { client in
            try await client.rotateAuthority(
                .with {
                    $0.action = action
                    $0.leaveBehind = leavingBehind
                }
            )
        }
    }

    var status: WireAuthorityStatus {
        get async throws {
            try await bench.operating { try await $0.showAuthorities(.init()) }
        }
    }

    /// Waits until the coordinator says so; the suite's limit ends a wait for nothing.
    @discardableResult
    func until(
        _ isSo: (WireAuthorityStatus) -> Bool
    ) async throws -> WireAuthorityStatus {
        while true {
            let status = try await status
            if isSo(status) { return status }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until just these nodes are behind.
    func until(behind: Set<String>) async throws {
        try await until { status in
            Set(status.nodes.filter { $0.progress == .behind }.map(\.node)) == behind
        }
    }

    /// The place in the list of authorities, as it was in the beginning, of the one that issued a
    /// node's certificate, and whom the node believes: both from its disk.
    func held(by node: String) throws -> (issuer: String?, believed: [String]) {
        let credential = try Credential.load(from: folder(of: node))
        let bundle = try AuthorityBundle(pem: credential.authorities)
        return (bundle.issuer(of: try Certificate(pem: credential.certificate)), bundle.pins)
    }
}
