import Foundation
import Testing

/// The dashboard, the tunnel and the picture of the mesh, with the built programs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PagesTests {
    private static let tunnel = """
        "tunnel": {
          "accountID": "0123456789abcdef0123456789abcdef",
          "apiToken": { "file": "/etc/isthmus/cloudflare-token" },
          "hostname": "panel.example.com"
        },
        "hosts":
        """

    @Test func `a dashboard is published, logged in to, drawn, and taken back`() async throws {
        try await World.with { world in
            try await world.initialize()
            let server = try await world.serve()
            let agents = try await world.populate()
            let text = try String(contentsOf: Plans.threeClouds, encoding: .utf8)
                .replacing("\"hosts\":", with: Self.tunnel, maxReplacements: 1)
            let plan = world.folder.appending(path: "published.json")
            try text.write(to: plan, atomically: true, encoding: .utf8)

            let early = try await world.coordinator("graph")
            #expect(early.status == 1)
            #expect(early.complaint.contains("nothing was rolled out yet"))

            let state = ["--state", world.state.path]
            let rollout = try await world.start(
                "coordinator",
                ["rollout", "--plan", plan.path, "--output", "json"] + state
            ).ending(within: .seconds(120))
            #expect(rollout.status == 0, "\(rollout.complaint)")
            let log = try RolloutLog(rollout.output)
            #expect(log.steps.map(\.kind).contains("public-name"))

            let token = try await world.coordinator("dashboard", "token", "--ttl", "1h")
            #expect(token.status == 0, "\(token.complaint)")
            #expect(token.output.hasPrefix("eyJ") && token.output.contains(".isthmus-viewer."))
            #expect(token.complaint.contains("https://panel.example.com/"))

            let picture = try await world.coordinator("graph", "--format", "svg")
            #expect(picture.output.hasPrefix("<svg"), "\(picture.complaint)")
            #expect(picture.output.ranges(of: "<line ").count == 3)
            #expect(picture.output.contains(" ms · "))
            let tables = try await world.coordinator("graph")
            #expect(!tables.output.contains("Not known"), "\(tables.output)")

            let removal = try await world.coordinator("tunnel", "remove")
            #expect(removal.status == 0, "\(removal.complaint)")
            #expect(removal.output.contains("No longer published: panel.example.com"))
            let nothing = try await world.coordinator("tunnel", "remove")
            #expect(nothing.output.contains("Nothing was published."))
            try Secrecy(world).expectKept(programs: [server] + agents.values)
        }
    }
}
