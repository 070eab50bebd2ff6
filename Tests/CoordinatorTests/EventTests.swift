import Foundation
import GRDB
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Testing

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct EventTests {
    @Test func `a flapping node pushes out only its own past`() async throws {
        let bench = try EventBench()
        try await bench.append([.tokenCreated(for: bench.seoul, at: 1)])
        try await bench.append([.connected(bench.tokyo, from: "192.0.2.1", at: 2)])
        for round in 0..<10 {
            try await bench.append(
                (0..<100).map { .gone(bench.seoul, at: Int64(10 + round * 100 + $0)) }
            )
        }
        let rows = try await bench.rows()
        #expect(rows.count == ClusterEventTable.mostOfANode + 2)
        #expect(rows.prefix(2).map(\.event.kind) == [.tokenCreated, .nodeConnected])
        #expect(rows.last?.event.at == 1_009)
    }

    @Test func `connections in all and everything else are bounded apart`() async throws {
        let bench = try EventBench()
        let most = ClusterEventTable.mostOfAKind
        for (kind, isOfConnections) in [("coordinator-stopping", 0), ("node-gone", 1)] {
            try await bench.fill(most + 4, kind, isOfConnections: isOfConnections)
        }
        try await bench.append([.coordinatorStopping(at: 1), .gone(bench.seoul, at: 1)])
        let rows = try await bench.rows()
        #expect(rows.count { $0.event.kind == .coordinatorStopping } == most)
        #expect(rows.count { $0.event.kind == .nodeGone } == most)
        #expect(rows.first?.event.at == 6)
    }

    @Test func `what is too old goes, and numbers are not used again`() async throws {
        let bench = try EventBench()
        try await bench.append([.coordinatorStopping(at: 1)])
        let first = try #require(try await bench.rows().first)
        try await bench.append([.coordinatorStopping(at: ClusterEventTable.longestAge + 2)])
        let rows = try await bench.rows()
        #expect(rows.count == 1)
        #expect(try #require(rows.first).number > first.number)
    }

    @Test func `a node's life is told, and outlives the coordinator`() async throws {
        let bench = try await ServerBench()
        let agent = try await bench.enrol(bench.token(for: "seoul"))
        try await bench.calling(as: agent) { client in
            let link = WireAgentLink.Client(wrapping: client)
            try await link.session(request: .hello()) { response in
                for try await _ in response.messages { break }
            }
        }
        let seen = try await bench.follow(until: "node-gone")
        #expect(
            seen.map(\.kind) == [
                "coordinator-started", "token-created", "node-enrolled", "node-connected",
                "node-gone",
            ]
        )
        #expect(seen[3].words == "seoul is connected from 127.0.0.1")
        #expect(seen[3].node == "seoul")
        try await bench.stop()

        let again = try await ServerBench(bench.folder)
        let kinds = try await again.events().map(\.kind)
        #expect(
            kinds.suffix(3) == ["node-gone", "coordinator-stopping", "coordinator-started"]
        )
        let last = try #require(seen.last).number
        let rest = try await again.events { $0.after = last }
        #expect(rest.map(\.kind) == ["coordinator-stopping", "coordinator-started"])
        let own = try await again.events { $0.node = "seoul" }
        #expect(own.count == 4)
        let future = try await again.events { $0.since = .max }
        #expect(future.isEmpty)
        let refused = await #expect(throws: RPCError.self) {
            try await again.events { $0.node = "Not a node" }
        }
        #expect(refused?.code == .invalidArgument)
        try await again.stop()
    }

    @Test func `who follows hears of the stop`() async throws {
        let bench = try await ServerBench()
        let kinds = Mutex<[String]>([])
        let ended = await #expect(throws: RPCError.self) {
            try await bench.operating { client in
                try await client.events(.with { $0.follow = true }) { response in
                    for try await event in response.messages {
                        let count = kinds.withLock { kinds in
                            kinds.append(event.kind)
                            return kinds.count
                        }
                        if count == 1 { bench.server.beginGracefulShutdown() }
                    }
                }
            }
        }
        #expect(ended?.code == .unavailable)
        #expect(kinds.withLock { $0 } == ["coordinator-started", "coordinator-stopping"])
        try await bench.stop()
    }

    @Test func `an agent may ask none of this`() async throws {
        try await ServerBench.run { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            try await bench.calling(as: agent) { client in
                let client = WireOperator.Client(wrapping: client)
                let failures = [
                    await #expect(throws: RPCError.self) {
                        try await client.events(.init()) { for try await _ in $0.messages {} }
                    },
                    await #expect(throws: RPCError.self) {
                        try await client.logs(.init()) { for try await _ in $0.messages {} }
                    },
                    await #expect(throws: RPCError.self) { try await client.checkPlan(.init()) },
                    await #expect(throws: RPCError.self) { try await client.diffPlan(.init()) },
                ]
                #expect(failures.allSatisfy { $0?.code == .permissionDenied })
            }
        }
    }
}

/// A store for events alone.
private struct EventBench {
    let folder: TemporaryFolder
    let store: Store
    let seoul: HostID
    let tokyo: HostID

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(path: folder.path + "/isthmus.sqlite")
        seoul = try #require(HostID("seoul"))
        tokyo = try #require(HostID("tokyo"))
    }

    func append(_ events: [ClusterEvent]) async throws {
        try await store.write { db throws in try ClusterEventTable.append(events, in: db) }
    }

    /// Events of a kind at 1, 2, 3 …, each of another node.
    func fill(_ count: Int, _ kind: String, isOfConnections: Int) async throws {
        try await store.write { db throws in
            try db.execute(
                sql: """
                    WITH RECURSIVE event (n) AS
                        (SELECT 1 UNION ALL SELECT n + 1 FROM event WHERE n < ?)
                    INSERT INTO cluster_event (at, kind, is_of_connections, node, words)
                    SELECT n, ?, ?, 'node-' || n, '' FROM event
                    """,
                arguments: [count, kind, isOfConnections]
            )
        }
    }

    func rows() async throws -> [ClusterEventRow] {
        try await store.read { db throws in
            try ClusterEventTable.rows(after: 0, limit: 100_000, in: db)
        }
    }
}

extension ServerBench {
    fileprivate func events(
        _ change: @escaping @Sendable (inout WireEventsRequest) -> Void = { _ in }
    ) async throws -> [WireClusterEvent] {
        try await operating { client in
            try await client.events(.with(change)) { response in
                try await response.messages.reduce(into: []) { $0.append($1) }
            }
        }
    }

    /// What happens, up to the first event of a kind.
    fileprivate func follow(until kind: String) async throws -> [WireClusterEvent] {
        try await operating { client in
            try await client.events(.with { $0.follow = true }) { response in
                var seen: [WireClusterEvent] = []
                for try await event in response.messages {
                    seen.append(event)
                    if event.kind == kind { break }
                }
                return seen
            }
        }
    }
}

extension StreamingClientRequest<WireAgentMessage> {
    /// A session that says hello and then stays open.
    fileprivate static func hello() -> Self {
        StreamingClientRequest { writer in
            try await writer.write(.with { $0.hello.facts.hostname = "machine" })
            try await Task.sleep(for: .seconds(600))
        }
    }
}
