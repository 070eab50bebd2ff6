import Agent
import FoundationEssentials
import Testing

@testable import NodeAgent

@Suite struct StateLockTests {
    @Test func `a state directory has one agent at a time`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "isthmus-lock-\(UInt64.random(in: 0 ... .max))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(!StateLock.isTaken(folder))
        try held(in: folder)
        #expect(!StateLock.isTaken(folder))
        _ = try StateLock(folder)
    }

    private func held(in folder: String) throws {
        let lock = try StateLock(folder)
        #expect(StateLock.isTaken(folder))
        do {
            _ = try StateLock(folder)
            Issue.record("the lock was taken twice")
        } catch {
            #expect(error.message == "an agent runs with \(folder) already")
        }
        withExtendedLifetime(lock) {}
    }

    @Test func `a directory that cannot be made is named`() {
        do {
            _ = try StateLock("/dev/null/agent")
            Issue.record("the directory was made")
        } catch {
            #expect(error.message.contains("/dev/null/agent"))
        }
    }
}
