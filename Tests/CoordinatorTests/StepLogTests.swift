import Foundation
import GRDB
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Testing

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct StepLogTests {
    @Test func `what steps say is kept in order and counted within each step`() async throws {
        let bench = try await LogBench()
        for number in 1...3 {
            bench.say("a.hostname", "first \(number)")
            bench.say("b.hostname", "second \(number)")
        }
        let rows = try await bench.rows()
        #expect(rows.filter { $0.line.step.description == "a.hostname" }.map(\.place) == [1, 2, 3])
        #expect(rows.map(\.number) == rows.map(\.number).sorted())
        #expect(rows.first?.line.text == "first 1")
    }

    @Test func `a step and a line are bounded, and what is missing shows`() async throws {
        let bench = try await LogBench()
        let most = StepLogTable.mostOfAStep
        for number in 1...(most + 70) { bench.say("a.hostname", "\(number)") }
        bench.say("b.hostname", String(repeating: "é", count: 5_000))
        let rows = try await bench.rows()
        let own = rows.filter { $0.line.step.description == "a.hostname" }
        #expect(own.count == most)
        #expect(own.first?.place == 71)
        #expect(own.last?.line.text == "\(most + 70)")
        let long = try #require(rows.last?.line.text)
        #expect(long.utf8.count <= StepLogs.longestLine)
        #expect(long.hasSuffix("…"))
    }

    @Test func `a rollout is bounded, the oldest lines go first`() async throws {
        let bench = try await LogBench()
        let most = StepLogTable.mostOfARollout
        try await bench.store.write { db throws in
            try db.execute(
                sql: """
                    WITH RECURSIVE line (n) AS
                        (SELECT 1 UNION ALL SELECT n + 1 FROM line WHERE n < ?)
                    INSERT INTO step_log (rollout, step, place, attempt, at, line)
                    SELECT ?, 'host-' || (n / 400) || '.hostname', n, 1, 1, n FROM line
                    """,
                arguments: [most + 299, LogBench.rollout]
            )
        }
        bench.say("a.hostname", "the last")
        let rows = try await bench.rows(limit: 1)
        #expect(rows.first?.line.text == "301")
        let count = try await bench.store.read { db throws in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM step_log")
        }
        #expect(count == most)
    }

    @Test func `the lines of old rollouts go`() async throws {
        let bench = try await LogBench()
        let most = StepLogTable.mostRollouts
        try await bench.store.write { db throws in
            for number in 0..<(most + 3) {
                var row = RolloutRow.sample("r-1000\(1000 + number)")
                row.started = Int64(number)
                try RolloutTable.add(row, in: db)
                let line = StepLine(
                    rollout: row.id,
                    step: StepID("a.b"),
                    attempt: 1,
                    at: 1,
                    text: "x"
                )
                try StepLogTable.append([line], in: db)
            }
            try StepLogTable.prune(in: db)
        }
        let left = try await bench.store.read { db throws in
            try String.fetchAll(db, sql: "SELECT DISTINCT rollout FROM step_log ORDER BY rollout")
        }
        #expect(left.count == most)
        #expect(left.first == "r-10001003")
    }

    @Test func `a secret is never stored once it is known, and taken out of what was`() async throws
    {
        let bench = try await LogBench()
        bench.say("a.token", "the token is s3cret-token-value!")
        await bench.logs.flush()
        bench.logs.learn([Secret("s3cret-token-value\n")], of: LogBench.rollout)
        let shown = bench.say("b.join", "joining with s3cret-token-value.")
        #expect(shown == "joining with <redacted>.")
        bench.say("b.join", "K10" + String(repeating: "0a", count: 32) + "::server:abc")
        let rows = try await bench.rows()
        #expect(
            rows.map(\.line.text) == [
                "the token is <redacted>!", "joining with <redacted>.", "<redacted>",
            ]
        )
        try await bench.store.settle()
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) {
            let bytes = FileManager.default.contents(atPath: "\(bench.folder.path)/\(name)")
            #expect(bytes?.firstRange(of: Data("s3cret-token".utf8)) == nil, "\(name)")
        }
    }

    @Test func `one of hundreds of secrets is found wherever it stands in a line`() {
        let words =
            (0..<500).map { "K10a-secret-\($0)-" } + [
                "s3cr\u{E9}t-word", "same-head-1", "same-head-22",
            ]
        let secrets = KnownSecrets(words.map { Secret($0) })
        for word in [words[0], words[499], words[500], words[501], words[502]] {
            for line in [word, "a \(word)", "\(word) b", "x\(word)\(word)y"] {
                #expect(
                    secrets.redacted(line) == line.replacing(word, with: "<redacted>"),
                    "\(line)"
                )
            }
        }
        #expect(secrets.redacted("K10a and no more") == "K10a and no more")
        #expect(secrets.redacted("abc") == "abc")
        #expect(secrets.redacted("").isEmpty)
    }

    @Test func `a store that refuses is told of once and holds nobody up`() async throws {
        let bench = try await LogBench()
        try await bench.store.write { db throws in
            try db.execute(
                sql: """
                    CREATE TRIGGER full BEFORE INSERT ON step_log
                    BEGIN SELECT RAISE(FAIL, 'no room'); END
                    """
            )
        }
        for number in 1...3 {
            bench.say("a.b", "\(number)")
            await bench.logs.flush()
        }
        #expect(bench.log.lines.count { $0.contains("does not take what steps say") } == 1)
        try await bench.store.write { db throws in try db.execute(sql: "DROP TRIGGER full") }
        bench.say("a.b", "after")
        #expect(try await bench.rows().map(\.line.text) == ["after"])
        #expect(bench.log.lines.contains { $0.contains("takes what steps say again") })
    }

    @Test func `a batch never holds more than its limit`() async {
        let written = Written()
        let writer = BatchWriter<Int>(pause: .seconds(600), limit: 3) { await written.add($0) }
        for number in 1...5 { writer.add(number) }
        await writer.flush()
        for number in 6...7 { writer.add(number) }
        await writer.flush()
        #expect(await written.batches == [[1, 2, 3], [6, 7]])
    }

    private actor Written {
        private(set) var batches: [[Int]] = []
        func add(_ batch: [Int]) { batches.append(batch) }
    }
}

/// A store with one rollout, and the keeper of its lines.
struct LogBench {
    static let rollout = "r-00000001"
    let folder: TemporaryFolder
    let store: Store
    let logs: StepLogs
    let log = RecordedLog()

    init() async throws {
        folder = try TemporaryFolder()
        store = try Store(path: folder.path + "/isthmus.sqlite")
        logs = StepLogs(store: store, logger: log.logger)
        try await store.write { db throws in
            try RolloutTable.add(.sample(Self.rollout), in: db)
        }
    }

    @discardableResult
    func say(_ step: String, _ text: String) -> String {
        logs.note(text, of: StepID(step), attempt: 1, rollout: Self.rollout, at: 1)
    }

    func rows(limit: Int = 1_000) async throws -> [StepLogRow] {
        await logs.flush()
        return try await store.read { db throws in
            try StepLogTable.rows(of: Self.rollout, after: 0, limit: limit, in: db)
        }
    }
}
