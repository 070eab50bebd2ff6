import Foundation
import GRDB
import Plan
import Protocol
import RolloutEngine
import Testing

@testable import Coordinator

@Suite struct StoreTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(path: folder.path + "/isthmus.sqlite")
    }

    @Test func `the store and its logs are their owner's alone`() async throws {
        try await store.write { db in try NodeTable.enrol(try .sample("seoul"), in: db) }
        for name in ["isthmus.sqlite", "isthmus.sqlite-wal", "isthmus.sqlite-shm"] {
            #expect(try folder.mode(of: name) == 0o600, "\(name)")
        }
    }

    @Test func `every write reaches the disk before it returns`() async throws {
        let (mode, synchronous) = try await store.write { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(db, sql: "PRAGMA synchronous")
            )
        }
        #expect(mode == "wal")
        #expect(synchronous == 2)
    }

    @Test func `a store of a newer release is left alone`() async throws {
        try await store.write { db in
            try db.execute(
                sql: "INSERT INTO grdb_migrations (identifier) VALUES ('many clusters')"
            )
        }
        try store.close()
        let failure = #expect(throws: StoreFailure.self) {
            try Store(path: folder.path + "/isthmus.sqlite")
        }
        #expect(failure?.code == .newerSchema)
        #expect(failure?.description.contains("newer release") == true)
        #expect(failure?.description.contains("'many clusters'") == true)
    }

    @Test func `rollouts of an earlier release are there after its schema has changed`()
        async throws
    {
        let path = folder.path + "/earlier.sqlite"
        let earlier = try DatabaseQueue(path: path)
        try StoreMigrations.migrator.migrate(earlier, upTo: "certificates of operators")
        try await earlier.write { db in
            try db.execute(
                sql: """
                    INSERT INTO rollout (id, cluster, plan, digest, frozen, started, ended, outcome)
                    VALUES ('r-00000001', 'c', '{}', 'd', x'00', 1, 2, 'succeeded');
                    INSERT INTO journal (rollout, number, at, record)
                    VALUES ('r-00000001', 1, 1, x'01')
                    """
            )
        }
        try earlier.close()
        let store = try Store(path: path)
        let (row, journal) = try await store.write { db in
            try JournalTable.append(
                [JournalRow(number: 2, at: 2, record: Data([2]))],
                rollout: "r-00000001",
                in: db
            )
            return (
                try RolloutTable.find("r-00000001", in: db),
                try JournalTable.rows(of: "r-00000001", in: db)
            )
        }
        #expect(row?.cluster == "c" && row?.frozen == Data([0]) && row?.outcome == .succeeded)
        #expect(journal.map(\.number) == [1, 2])
        try store.close()
    }

    @Test func `a file that is no store is refused`() throws {
        let path = try folder.write("other", String(repeating: "no store ", count: 500))
        #expect(throws: StoreFailure.self) { try Store(path: path) }
    }

    @Test func `a node that enrols again keeps the day it was first seen`() async throws {
        let read = try await store.write { db in
            try NodeTable.enrol(try .sample("seoul", firstSeen: 5), in: db)
            var again = try NodeRow.sample("seoul", firstSeen: 9)
            again.certificateSerial = "02"
            try NodeTable.enrol(again, in: db)
            return try NodeTable.find(try #require(HostID("seoul")), in: db)
        }
        #expect(read?.firstSeen == 5)
        #expect(read?.certificateSerial == "02")
        #expect(read?.facts.hostname == "seoul")
    }

    @Test func `what a session and a renewal say of a node is kept`() async throws {
        let id = try #require(HostID("seoul"))
        let rows = try await store.write { db in
            try NodeTable.enrol(try .sample("seoul"), in: db)
            var facts = WireMachineFacts()
            facts.hostname = "renamed"
            try NodeTable.noteSession(of: id, facts: facts, address: "192.0.2.2", at: 20, in: db)
            _ = try NodeTable.noteCertificate(
                of: id,
                serial: "07",
                expires: 99,
                replacing: "01",
                in: db
            )
            try NodeTable.noteSeen(id, at: 30, in: db)
            return try NodeTable.all(in: db)
        }
        #expect(rows.count == 1)
        #expect(rows.first?.facts.hostname == "renamed")
        #expect(rows.first?.address == "192.0.2.2")
        #expect(rows.first?.lastSeen == 30)
        #expect(rows.first?.certificateSerial == "07")
        #expect(rows.first?.certificateExpires == 99)
    }

    @Test func `a journal number is written once`() async throws {
        let row = JournalRow(number: 1, at: 1, record: Data("{}".utf8))
        try await store.write { db in
            try RolloutTable.add(.sample("r-00000001"), in: db)
            try JournalTable.append([row], rollout: "r-00000001", in: db)
        }
        await #expect(throws: StoreFailure.self) {
            try await store.write { db in
                try JournalTable.append([row], rollout: "r-00000001", in: db)
            }
        }
    }

    @Test func `the end of a rollout forgets its secrets`() async throws {
        let store = store
        let token = Secret("K10 very secret")
        try await store.write { db in
            try RolloutTable.add(.sample("r-00000001"), in: db)
            try StepOutputTable.keep(
                [OutputReference(step: StepID("a.k3s-join-token"), name: "token"): token],
                rollout: "r-00000001",
                in: db
            )
        }
        let kept = try await store.read { db in
            try StepOutputTable.all(of: "r-00000001", in: db)
        }
        #expect(kept.values.first == token)
        try await store.write { db in
            try RolloutTable.end(
                "r-00000001",
                .succeeded,
                RolloutTally(changed: 3),
                at: 7,
                in: db
            )
        }
        let (left, unfinished, row) = try await store.read { db in
            (
                try StepOutputTable.all(of: "r-00000001", in: db),
                try RolloutTable.unfinished(in: db),
                try RolloutTable.find("r-00000001", in: db)
            )
        }
        #expect(left.isEmpty)
        #expect(unfinished.isEmpty)
        #expect(row?.outcome == .succeeded)
        #expect(row?.tally.changed == 3)
        #expect(row?.ended == 7)
        try await store.settle()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = FileManager.default.contents(atPath: "\(folder.path)/\(name)") ?? Data()
            #expect(bytes.firstRange(of: Data(token.reveal())) == nil, "\(name)")
        }
    }
}

extension NodeRow {
    static func sample(_ name: String, firstSeen: Int64 = 1) throws -> NodeRow {
        var facts = WireMachineFacts()
        facts.hostname = name
        return NodeRow(
            id: try #require(HostID(name)),
            facts: facts,
            firstSeen: firstSeen,
            lastSeen: nil,
            address: "192.0.2.1",
            certificateSerial: "01",
            certificateExpires: 10
        )
    }
}

extension RolloutRow {
    static func sample(_ id: String) -> RolloutRow {
        RolloutRow(id: id, cluster: "test", plan: "{}", digest: "0", frozen: Data(), started: 1)
    }
}
