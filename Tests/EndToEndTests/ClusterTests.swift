import Foundation
import Testing

/// The main job, with the built programs, over mutual TLS on loopback.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ClusterTests {
    @Test func `one plan makes three machines a cluster, and a second run changes nothing`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            let server = try await world.serve()
            let agents = try await world.populate()

            let pending = try await world.coordinator(
                "rollout",
                "--plan",
                Plans.threeClouds.path,
                "--dry-run"
            )
            #expect(pending.status == 3, "\(pending.output)\(pending.complaint)")
            #expect(pending.output.contains("Nothing was changed."))

            let first = try await world.beginRollout().ending(within: .seconds(120))
            #expect(first.status == 0, "\(first.complaint)")
            let log = try RolloutLog(first.output)
            let end = try #require(log.end)
            #expect(end.outcome == "succeeded")
            #expect(end.failed == 0)
            #expect(end.changed ?? 0 > 0)
            #expect(Set(log.steps.map(\.node)) == Set(World.hosts))
            log.expectOrder()

            let second = try await world.beginRollout().ending(within: .seconds(120))
            #expect(second.status == 0, "\(second.complaint)")
            let again = try #require(try RolloutLog(second.output).end)
            #expect(again.changed == 0)
            #expect(again.unchanged == log.steps.count)
            #expect(again.digest == end.digest)

            let nothing = try await world.coordinator(
                "rollout",
                "--plan",
                Plans.threeClouds.path,
                "--dry-run"
            )
            #expect(nothing.status == 0, "\(nothing.output)\(nothing.complaint)")

            try Secrecy(world).expectKept(programs: [server] + agents.values)
        }
    }

    @Test func `a rehearsal needs nothing and leaves nothing`() async throws {
        try await World.with { world in
            let rehearsal = try await world.start(
                "coordinator",
                ["rehearse", "--plan", Plans.threeClouds.path]
            )
            let ending = try await rehearsal.ending()
            #expect(ending.status == 0, "\(ending.complaint)")
            let promise = "Nothing on this machine was touched"
            let lines = ending.output.split(separator: "\n")
            #expect(lines.prefix(2).contains { $0.hasPrefix(promise) })
            #expect(lines.last?.hasPrefix(promise) == true)
            #expect(ending.output.contains("start K3s server v1.34.3+k3s1"))
            #expect(ending.output.contains("INSTALL_K3S_SKIP_START=true"))
            let left = try FileManager.default.contentsOfDirectory(atPath: world.temporary.path)
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test func `an agent that dies in the middle of a step goes on where it was`() async throws {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            let agents = try await world.populate()
            let rollout = try await world.beginRollout()
            try await eventually("K3s' server is being installed", within: .seconds(60)) {
                try RolloutLog(rollout.output).has("k3s-server", in: "running")
            }
            let victim = try #require(agents["kube-japan"])
            try await victim.kill()
            let survivor = try await world.runAgent(of: "kube-japan")

            let ending = try await rollout.ending(within: .seconds(120))
            #expect(ending.status == 0, "\(ending.complaint)")
            let log = try RolloutLog(ending.output)
            #expect(log.end?.outcome == "succeeded")
            Executions(of: [victim, survivor]).expectNoneFinishedRanAgain()
        }
    }

    @Test func `a coordinator that dies in the middle of a rollout goes on where it was`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            let first = try await world.serve()
            let agents = try await world.populate()
            let rollout = try await world.beginRollout()
            try await eventually("the agents install K3s", within: .seconds(90)) {
                try RolloutLog(rollout.output).has("k3s-agent", in: "running")
            }
            try await first.kill()
            _ = try await world.serve()

            // The command that watches was not told; it finds its way back by itself.
            let ending = try await rollout.ending(within: .seconds(120))
            #expect(ending.status == 0, "\(ending.complaint)")
            #expect(ending.complaint.contains("Connection to the coordinator lost"))
            let log = try RolloutLog(ending.output)
            #expect(log.end?.outcome == "succeeded")
            log.expectOrder()
            Executions(of: Array(agents.values)).expectNoneFinishedRanAgain()

            let list = try await world.coordinator("rollout", "list", "--output", "json")
            #expect(list.output.contains(#""outcome":"succeeded""#))
        }
    }

    @Test func `a rollout outlives the one who watches it, and can be cancelled`() async throws {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            _ = try await world.populate()
            let rollout = try await world.beginRollout()
            try await eventually("something runs") {
                try RolloutLog(rollout.output).has("wireguard-tools", in: "running")
            }
            let id = try #require(try RolloutLog(rollout.output).rollout)
            kill(rollout.id, SIGINT)
            let detached = try await rollout.ending()
            #expect(detached.status == 130)
            #expect(detached.complaint.contains("coordinator rollout watch \(id)"))
            #expect(detached.complaint.contains("coordinator rollout cancel \(id)"))

            let shown = try await world.coordinator("rollout", "show")
            #expect(shown.status == 0)
            #expect(shown.output.contains("Rollout \(id) of three-clouds"))

            let cancelled = try await world.coordinator("rollout", "cancel", id)
            #expect(cancelled.status == 0, "\(cancelled.complaint)")
            let watched = try await world.coordinator(
                "rollout",
                "watch",
                id,
                "--output",
                "json",
                within: .seconds(60)
            )
            #expect(watched.status == 1)
            #expect(try RolloutLog(watched.output).end?.outcome == "cancelled")
        }
    }
}

extension RolloutLog {
    /// No step begins before all that it depends on came to a good end.
    func expectOrder() {
        var done: Set<String> = []
        let needed = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0.dependsOn) })
        for event in events where event.event == "step" {
            guard let id = event.id, let state = event.state else { continue }
            if state == "running" {
                #expect(done.isSuperset(of: needed[id] ?? []), "\(id) began too early")
                #expect(!done.contains(id), "\(id) began again after its end")
            }
            if ["changed", "unchanged"].contains(state) { done.insert(id) }
        }
        #expect(done.count == steps.count)
    }
}
