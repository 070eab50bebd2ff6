import FoundationEssentials
import Logging
import Protocol
import SwiftProtobuf
import Testing

@testable import Agent

@Suite struct ExecutionJournalTests {
    let first = id("r-00000001.a.hostname.1")
    let second = id("r-00000001.b.hostname.1")

    @Test func `what was written is found again, without secrets`() async throws {
        try await withTemporaryFolder { folder in
            let journal = try ExecutionJournal(stateDirectory: folder, logger: .silent)
            let assignment = WireStepAssignment.with {
                $0.executionID = "\(first)"
                $0.kind = "hostname"
                $0.inputs = ["token": Data("very-secret".utf8)]
            }
            try journal.writeIntent(first, assignment)
            let result = WireStepResult.with {
                $0.executionID = "\(first)"
                $0.unchanged = WireStepUnchanged()
                $0.outputs = ["token": Data("very-secret".utf8)]
            }
            try journal.writeResult(first, result)
            try journal.writeIntent(second, .with { $0.executionID = "\(second)" })

            let entries = try ExecutionJournal(stateDirectory: folder, logger: .silent).load()
            #expect(entries.map(\.id) == [first, second])
            #expect(entries.first?.result?.unchanged == WireStepUnchanged())
            #expect(entries.last?.result == nil)
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/executions")
            {
                let path = "\(folder)/executions/\(name)"
                let data = try #require(FileManager.default.contents(atPath: path))
                #expect(!String(decoding: data, as: UTF8.self).contains("very-secret"))
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test func `a removed execution is gone`() async throws {
        try await withTemporaryFolder { folder in
            let journal = try ExecutionJournal(stateDirectory: folder, logger: .silent)
            try journal.writeIntent(first, .with { $0.executionID = "\(first)" })
            try journal.remove(first)
            try journal.remove(first)
            #expect(journal.load().isEmpty)
        }
    }

    @Test(
        arguments: [
            [], [0xFF, 0xFF, 0xFF], Array("{}".utf8), [UInt8](repeating: 0x0A, count: 64),
        ] as [[UInt8]]
    )
    func `damaged files are set aside`(bytes: [UInt8]) async throws {
        try await withTemporaryFolder { folder in
            let journal = try ExecutionJournal(stateDirectory: folder, logger: .silent)
            try journal.writeIntent(second, .with { $0.executionID = "\(second)" })
            for suffix in ["intent", "result"] {
                let path = "\(folder)/executions/\(first).\(suffix)"
                try Data(bytes).write(to: URL(filePath: path))
            }
            #expect(journal.load().map(\.id) == [second])
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/executions")
            #expect(names.contains("\(first).intent.damaged"))
            #expect(names.contains("\(first).result.damaged"))
            #expect(journal.load().map(\.id) == [second])
        }
    }

    @Test func `a damaged result leaves its step to be checked again`() async throws {
        try await withTemporaryFolder { folder in
            let journal = try ExecutionJournal(stateDirectory: folder, logger: .silent)
            try journal.writeIntent(first, .with { $0.executionID = "\(first)" })
            let path = "\(folder)/executions/\(first).result"
            try Data([0xFF]).write(to: URL(filePath: path))
            #expect(journal.load() == [ExecutionJournal.Entry(id: first, result: nil)])
        }
    }

    @Test func `files of other names are left alone`() async throws {
        try await withTemporaryFolder { folder in
            let journal = try ExecutionJournal(stateDirectory: folder, logger: .silent)
            for name in ["README", "..intent", "x.intent", ".r-1.a.b.1.intent.tmp"] {
                let path = "\(folder)/executions/\(name)"
                try Data().write(to: URL(filePath: path))
            }
            #expect(journal.load().isEmpty)
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/executions")
            #expect(left.count == 4)
        }
    }
}
