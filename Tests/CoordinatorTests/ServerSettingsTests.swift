import Document
import Foundation
import Logging
import Testing

@testable import Coordinator

@Suite struct ServerSettingsTests {
    private static let head = "apiVersion: isthmus/v1alpha1\nkind: CoordinatorSettings\n"

    @Test func `every setting is read`() throws {
        let settings = try decode(
            "listen: \"203.0.113.10:7443\"\nartifactMirror: /srv/mirror\nlogLevel: debug\n"
        )
        #expect(settings.listen == ListenAddress(argument: "203.0.113.10:7443"))
        #expect(settings.artifactMirror == "/srv/mirror")
        #expect(settings.logLevel == .debug)
        #expect(try decode("") == ServerSettings())
    }

    @Test(arguments: [
        ("listen: nowhere", "\"nowhere\" is no address to listen on"),
        ("listen: 7443", "text"),
        ("logLevel: loud", "loud"),
        ("liste: \":7443\"", "Did you mean \"listen\"?"),
        ("logLevel: info\nlogLevel: debug", "logLevel"),
    ])
    func `what is wrong is told with its place`(text: String, words: String) {
        let problems = #expect(throws: DocumentProblems.self) { try decode(text) }
        let rendered = problems?.rendered(color: false) ?? ""
        #expect(
            rendered.contains("coordinator.yaml:3:") || rendered.contains("coordinator.yaml:4:")
        )
        #expect(rendered.contains(words))
    }

    @Test func `what the package brings changes nothing, and all that it proposes can be used`()
        throws
    {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../packaging/deb/coordinator/coordinator.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let shipped = try ServerSettings.decode(Array(text.utf8), file: "shipped")
        #expect(shipped == ServerSettings())
        let proposed = text.replacing(#/(?m)^#([a-zA-Z]+:)/#) { "\($0.output.1)" }
        #expect(proposed != text)
        let settings = try ServerSettings.decode(Array(proposed.utf8), file: "proposed")
        #expect(
            settings.listen != nil && settings.artifactMirror != nil && settings.logLevel != nil
        )
    }

    @Test func `a file that is named must be there, and the standard one need not`() throws {
        let own = StateDirectory("/nonexistent/state")
        #expect(try ServerSettingsFile.load(nil, for: own) == ServerSettings())
        let failure = #expect(throws: CommandFailure.self) {
            try ServerSettingsFile.load("/nonexistent/settings.yaml", for: own)
        }
        #expect(failure?.message == "there is no file /nonexistent/settings.yaml")
        #expect(failure?.code == .usage)
    }

    private func decode(_ text: String) throws -> ServerSettings {
        try ServerSettings.decode(Array((Self.head + text).utf8), file: "coordinator.yaml")
    }
}
