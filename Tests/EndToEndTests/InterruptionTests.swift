import Foundation
import Testing

/// Ctrl-C on a rollout that is watched on a terminal.
@Suite(.serialized, .timeLimit(.minutes(3))) struct InterruptionTests {
    @Test func `one Ctrl-C detaches, a second one asks, and only a yes cancels`() async throws {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            let sleeper = try #require(try await world.populate()["kube-chuncheon"])
            defer { sleeper.signal(SIGCONT) }
            let terminal = try PseudoTerminal()
            let rollout = try await Self.interruptTwice(
                ["rollout", "--plan", Plans.threeClouds.path],
                on: terminal,
                in: world
            ) {
                // An agent that stands still keeps the rollout from its end.
                sleeper.signal(SIGSTOP)
            }
            terminal.type("no")
            #expect(try await rollout.ending().status == 130)
            let text = await terminal.text
            #expect(text.contains("▸"))
            #expect(!text.contains("is being cancelled"))
            let name = try #require(text.firstMatch(of: /Detached. Rollout (r-[0-9a-f]+) goes on/))
            let id = String(name.1)
            let running = try await world.coordinator("rollout", "list")
            #expect(running.output.contains("running"))

            let again = try PseudoTerminal()
            let watch = try await Self.interruptTwice(
                ["rollout", "watch", id],
                on: again,
                in: world
            )
            again.type("y")
            #expect(try await watch.ending().status == 130)
            try await eventually("the coordinator's answer is shown") {
                await again.text.contains("Rollout \(id) is being cancelled")
            }
            sleeper.signal(SIGCONT)
            try await eventually("the rollout ends") {
                try await world.coordinator("rollout", "list").output.contains("cancelled")
            }
        }
    }

    private static func interruptTwice(
        _ arguments: [String],
        on terminal: PseudoTerminal,
        in world: World,
        onceShown: () -> Void = {}
    ) async throws -> Program {
        let program = try await world.start(
            "coordinator",
            arguments + ["--state", world.state.path],
            on: terminal
        )
        try await eventually("the rollout is shown") {
            await terminal.text.contains("kube-japan")
        }
        onceShown()
        program.signal(SIGINT)
        try await eventually("a second Ctrl-C is waited for") {
            await terminal.text.contains("Ctrl-C again within three seconds")
        }
        program.signal(SIGINT)
        try await eventually("the question is put") { await terminal.text.contains("[y/N]") }
        return program
    }
}
