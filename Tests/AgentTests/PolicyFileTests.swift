import Foundation
import Testing

@testable import Agent

@Suite struct PolicyFileTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let text = "apiVersion: isthmus/v1alpha1\nkind: AgentPolicy\nsteps: [hostname]\n"

    private func write(_ text: String, in folder: String, mode: Int = 0o644) throws -> String {
        let path = "\(folder)/agent.yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test func `a file is read and named`() async throws {
        try await withTemporaryFolder { folder in
            let path = try write(Self.text, in: folder)
            let policy = try PolicyFile.load(path)
            #expect(policy.file == path)
            #expect(policy.allowedKinds == ["hostname"])
            #expect(policy.summary.contains("\(path): 1 of "))
        }
    }

    @Test func `a file that was asked for must be there`() async throws {
        try await withTemporaryFolder { folder in
            let failure = #expect(throws: AgentFailure.self) {
                try PolicyFile.load("\(folder)/none.yaml")
            }
            #expect(failure?.message.contains("there is no such file") == true)
        }
        #expect(AgentPolicy.everything.summary == "there is none: everything is allowed")
    }

    @Test(arguments: [0o664, 0o646, 0o666])
    func `a file that others can write is refused`(mode: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = try write(Self.text, in: folder, mode: mode)
            let failure = #expect(throws: AgentFailure.self) { try PolicyFile.load(path) }
            #expect(failure?.message.contains("can be written by others") == true)
            #expect(failure?.remedy.contains("chmod 644 \(path)") == true)
        }
    }

    @Test func `a directory that others can write is refused`() async throws {
        try await withTemporaryFolder { folder in
            let path = try write(Self.text, in: folder)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o777],
                ofItemAtPath: folder
            )
            let failure = #expect(throws: AgentFailure.self) { try PolicyFile.load(path) }
            #expect(failure?.message.contains("its directory can be written") == true)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func `another user's file is refused`() async throws {
        try await withTemporaryFolder { folder in
            let path = try write(Self.text, in: folder)
            try #require(chown(path, 65534, 65534) == 0)
            let failure = #expect(throws: AgentFailure.self) { try PolicyFile.load(path) }
            #expect(failure?.message.contains("belongs to the user 65534") == true)
        }
    }

    @Test func `links, folders and pipes are refused`() async throws {
        try await withTemporaryFolder { folder in
            let path = try write(Self.text, in: folder)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link",
                withDestinationPath: path
            )
            try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
            for name in ["link", "pipe"] {
                #expect(throws: AgentFailure.self) { try PolicyFile.load("\(folder)/\(name)") }
            }
            #expect(throws: AgentFailure.self) { try PolicyFile.load(folder) }
        }
    }

    @Test func `a broken file is refused with line and column`() async throws {
        try await withTemporaryFolder { folder in
            let path = try write(Self.text + "stepps: []\n", in: folder)
            let failure = #expect(throws: AgentFailure.self) { try PolicyFile.load(path) }
            #expect(
                failure?.message.contains("\(path):4:1: \"stepps\" is not a field here.") == true
            )
            #expect(failure?.message.contains("Did you mean \"steps\"?") == true)
            let long = try write(Self.text + String(repeating: "#\n", count: 200_000), in: folder)
            #expect(throws: AgentFailure.self) { try PolicyFile.load(long) }
        }
    }

    @Test func `the package's example allows everything, and its comments are a policy`() throws {
        let file = Self.root.appending(path: "packaging/deb/agent/agent.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let policy = try PolicyDecoder.decode(Array(text.utf8), file: "agent.yaml")
        #expect(policy == AgentPolicy(file: "agent.yaml"))
        let uncommented = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            line in
            line.hasPrefix("#") && (!line.hasPrefix("# ") || line.hasPrefix("#  "))
                ? line.dropFirst() : line
        }.joined(separator: "\n")
        let full = try PolicyDecoder.decode(Array(uncommented.utf8), file: "agent.yaml")
        #expect(full.refusedKinds.isEmpty && full.steps?.count == AgentPolicy.kinds.count)
        #expect(full.artifacts?.count == 2 && full.manifests?.count == 21)
    }

    /// `REWRITE_EXPECTED=1 swift test --filter PolicyFileTests` writes the table anew.
    @Test func `docs/security.md has a table of every field`() throws {
        let file = Self.root.appending(path: "docs/security.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let begin = try #require(page.range(of: "<!-- policy: begin -->\n"))
        let end = try #require(page.range(of: "<!-- policy: end -->"))
        let rows = PolicyField.all.map {
            "| `\($0.path)` | \($0.meaning) | \($0.absence ?? "required") |\n"
        }
        let table = "| field | what it says | left out |\n|---|---|---|\n" + rows.joined()
        if ProcessInfo.processInfo.environment["REWRITE_EXPECTED"] != nil {
            let written = page.replacingCharacters(
                in: begin.upperBound..<end.lowerBound,
                with: table
            )
            try Data(written.utf8).write(to: file)
        } else {
            #expect(page[begin.upperBound..<end.lowerBound] == table)
        }
    }

    @Test func `the reader takes the keys of the table and no others`() {
        let catalogue = PolicyCatalogue()
        #expect(
            catalogue.keys(of: "") == ["apiVersion", "kind", "steps", "artifacts", "manifests"]
        )
        #expect(catalogue.keys(of: "artifacts[]") == ["path", "sha256"])
    }
}
