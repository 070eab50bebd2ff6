import Plan
import Protocol
import Synchronization
import Testing

@testable import Coordinator

@Suite struct JoinTokenTests {
    let folder: TemporaryFolder
    let store: Store
    let seoul: HostID

    init() async throws {
        folder = try TemporaryFolder()
        store = try Store(path: folder.path + "/isthmus.sqlite")
        let seoul = try #require(HostID("seoul"))
        self.seoul = seoul
        let token = JoinTokenRow(
            id: "t1",
            hash: "aa",
            node: seoul,
            created: 0,
            expires: 100,
            used: nil
        )
        try await store.write { db in try JoinTokenTable.add(token, in: db) }
    }

    @Test func `a token enrols its node once`() async throws {
        #expect(try await consume(at: 10) == .success(seoul))
        #expect(try await consume(key: "k2", at: 11) == .failure(.used(node: seoul, at: 10)))
        #expect(try await nodes() == [seoul])
    }

    @Test func `a used token serves its key again until it expires or the node has come`()
        async throws
    {
        #expect(try await consume(at: 10) == .success(seoul))
        #expect(try await consume(at: 99) == .success(seoul))
        #expect(try await consume(at: 100) == .failure(.expired(node: seoul, at: 100)))
        #expect(try await nodes() == [seoul])
        let seoul = seoul
        #expect(
            try await store.read { db in try JoinTokenTable.answerable(in: db) } == [
                "t1": .init(hash: "aa", expires: 100)
            ]
        )
        let closed = try await store.write { db in
            try JoinTokenTable.closeRetries(of: seoul, in: db)
        }
        #expect(closed == ["t1"])
        #expect(try await consume(at: 20) == .failure(.used(node: seoul, at: 10)))
        #expect(try await store.read { db in try JoinTokenTable.answerable(in: db) }.isEmpty)
    }

    @Test func `an expired token enrols nobody`() async throws {
        #expect(try await consume(at: 100) == .failure(.expired(node: seoul, at: 100)))
        #expect(try await nodes().isEmpty)
    }

    @Test func `a wrong secret is told from an unknown token by nobody`() async throws {
        #expect(try await consume(hash: "bb", at: 1) == .failure(.unknown))
        #expect(try await consume("t2", at: 1) == .failure(.unknown))
        #expect(try await nodes().isEmpty)
    }

    @Test func `a token for one node does not enrol another`() async throws {
        #expect(try await consume(node: "tokyo", at: 1) == .failure(.unknown))
        #expect(try await consume(at: 2) == .success(seoul))
    }

    @Test func `of many enrolments with one token one gets in`() async throws {
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask { try await consume(key: "k\(number)", at: 10) == .success(seoul) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test func `tokens that are long over are forgotten`() async throws {
        let week: Int64 = 7 * 24 * 3_600_000
        let later = JoinTokenRow(
            id: "t2",
            hash: "aa",
            node: seoul,
            created: week + 101,
            expires: week + 200,
            used: nil
        )
        let unused = try await store.write { db in
            try JoinTokenTable.add(later, in: db)
            return try JoinTokenTable.answerable(in: db)
        }
        #expect(unused == ["t2": .init(hash: "aa", expires: week + 200)])
    }

    @Test func `a session knows whose place it took`() throws {
        let registry = NodeRegistry()
        let (_, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        let first = registry.connect(seoul, from: "a", hello: .init(), at: 1, outbound: outbound)
        #expect(try #require(first).earlier == .none)
        let second = registry.connect(seoul, from: "b", hello: .init(), at: 2, outbound: outbound)
        #expect(try #require(second).earlier == .displaced(address: "a"))
    }

    @Test func `a new certificate's session succeeds the old one's without a gap`() throws {
        let registry = NodeRegistry(known: 1000)
        let heard = Mutex<[String]>([])
        _ = registry.observe { change in
            heard.withLock { heard in
                switch change {
                case .connected(let session): heard.append("connected \(session.serial)")
                case .disconnected: heard.append("disconnected")
                }
            }
        }
        let (_, outbound) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        let first = try #require(
            registry.connect(seoul, serial: "01", hello: .init(), at: 1, outbound: outbound)
        )
        let second = try #require(
            registry.connect(seoul, serial: "02", hello: .init(), at: 2, outbound: outbound)
        )
        #expect(second.earlier == .succeeded)
        #expect(registry.isSucceeded(first.key))
        #expect(!registry.disconnect(first))
        #expect(!registry.isSucceeded(first.key))
        #expect(registry.disconnect(second))
        let told = heard.withLock(\.self)
        #expect(told == ["connected 01", "connected 02", "disconnected"])
        #expect(registry.reconnectSpread == 6000)
        #expect(NodeRegistry().reconnectSpread == 500)
    }

    @Test func `the gate is open while an unused token lives`() {
        let gate = EnrollmentGate(["t1": .init(hash: "aa", expires: 100)], now: { 50 })
        #expect(gate.isOpen)
        gate.add("t2", .init(hash: "bb", expires: 60))
        gate.remove("t1")
        #expect(gate.isOpen)
        gate.remove("t2")
        #expect(!gate.isOpen)
        #expect(!EnrollmentGate(["t1": .init(hash: "aa", expires: 100)], now: { 100 }).isOpen)
    }

    private func consume(
        _ id: String = "t1",
        hash: String = "aa",
        key: String = "k1",
        node: String = "seoul",
        at now: Int64
    ) async throws -> Result<HostID, JoinTokenRefusal> {
        let row = try NodeRow.sample(node)
        return try await store.write { db in
            try JoinTokenTable.consume(id, hash: hash, key: key, enrolling: row, at: now, in: db)
        }
    }

    private func nodes() async throws -> [HostID] {
        try await store.read { db in try NodeTable.all(in: db).map(\.id) }
    }
}
