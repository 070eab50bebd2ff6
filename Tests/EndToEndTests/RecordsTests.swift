import Foundation
import Testing

/// What the programs remember of a rollout and of the cluster, as an operator asks for it.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RecordsTests {
    @Test func `logs, events and clocks are there after a rollout, and plans can be compared`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            _ = try await world.populate()
            let rollout = try await world.beginRollout()
            try await eventually("the rollout has a name") {
                try RolloutLog(rollout.output).rollout != nil
            }
            let id = try #require(try RolloutLog(rollout.output).rollout)
            let following = try await world.start(
                "coordinator",
                [
                    "rollout", "logs", id, "--follow", "--output", "json", "--state",
                    world.state.path,
                ]
            )
            #expect(try await rollout.ending(within: .seconds(120)).status == 0)
            let followed = try await following.ending()
            #expect(followed.status == 0, "\(followed.complaint)")

            let logs = try await world.coordinator("rollout", "logs", id, "--output", "json")
            #expect(logs.output == followed.output)
            let server = try await world.coordinator(
                "rollout",
                "logs",
                id,
                "--host",
                "kube-japan",
                "--step",
                "k3s-server"
            )
            #expect(server.output.contains("kube-japan.k3s-server: the Kubernetes API is ready"))
            let wrong = try await world.coordinator("rollout", "logs", id, "--step", "k3s")
            #expect(wrong.status == 1)
            #expect(wrong.complaint.contains("k3s-server"))

            let events = try await world.coordinator("events", "--since", "1h")
            for kind in [
                "coordinator-started", "token-created", "node-enrolled", "node-connected",
                "rollout-started", "rollout-ended",
            ] {
                #expect(events.output.contains(" \(kind) "), "\(kind)")
            }
            let nodes = try await world.coordinator("node", "list", "--output", "json")
            #expect(nodes.output.components(separatedBy: "\"skewMicroseconds\"").count == 4)

            try await Self.compare(in: world)
        }
    }

    private static func compare(in world: World) async throws {
        let text = try String(contentsOf: Plans.threeClouds, encoding: .utf8)
        let newer = world.folder.appendingPathComponent("newer.json")
        try Data(text.replacing("v1.34.3", with: "v1.35.0").utf8).write(to: newer)
        let old = Plans.threeClouds.path
        let differing = try await world.start("coordinator", ["plan", "diff", old, newer.path])
            .ending()
        #expect(differing.status == 3, "\(differing.complaint)")
        #expect(differing.output.contains("~ /k3s/version: v1.34.3+k3s1 -> v1.35.0+k3s1"))
        let same = try await world.start("coordinator", ["plan", "diff", old, old]).ending()
        #expect(same.status == 0)
        try Data("{}".utf8).write(to: newer)
        let bad = try await world.start("coordinator", ["plan", "diff", old, newer.path]).ending()
        #expect(bad.status == 2)
        #expect(bad.complaint.contains("newer.json:1:1"))
    }
}
