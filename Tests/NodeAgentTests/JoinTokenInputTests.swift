import Agent
import FoundationEssentials
import Plan
import Testing
import Trust

@testable import NodeAgent

@Suite struct JoinTokenInputTests {
    @Test func `a token is read from its file`() throws {
        var generator = SystemRandomNumberGenerator()
        let pin = String(repeating: "ab", count: 32)
        let token = JoinToken.generate(authorityPin: pin, using: &generator)
        try withFile(token.text().reveal() + [0x0A]) { path in
            try #expect(JoinTokenInput(file: path).read() == token)
        }
    }

    @Test func `a file without a token is explained, and nothing of it shown`() throws {
        try withFile(Array("isthmus-join-v1.swordfish".utf8)) { path in
            do {
                _ = try JoinTokenInput(file: path).read()
                Issue.record("it is no token")
            } catch let failure as AgentFailure {
                #expect(failure.message.contains("cut short"))
                #expect(!failure.description.contains("swordfish"))
            }
        }
    }

    @Test func `a file that is missing or too long is named`() throws {
        #expect(throws: AgentFailure("there is no file /nonexistent to read a token from")) {
            _ = try JoinTokenInput(file: "/nonexistent").read()
        }
        try withFile([UInt8](repeating: 0x61, count: 5000)) { path in
            #expect(throws: AgentFailure.self) { _ = try JoinTokenInput(file: path).read() }
        }
    }

    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "isthmus-token-\(UInt64.random(in: 0 ... .max))").path
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }
}
