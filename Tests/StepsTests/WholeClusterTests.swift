import Plan
import SimulatedHost
import Steps
import Testing

struct WholeClusterTests {
    @Test func `three machines become a cluster, and a second run changes nothing`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        for (id, outcome) in cluster.outcomes {
            #expect(outcome.failure == nil, "\(id)")
        }
        #expect(cluster.outcomes.count == (try ThreeClouds.steps().count))

        let again = try ThreeClouds.steps()
        for planned in again {
            let outcome = await cluster.run(planned)
            #expect(outcome.isUnchanged, "\(planned.node.id): \(outcome)")
        }
    }

    @Test func `machines in folders side by side find each other`() async throws {
        try await withScratchFolder { folder in
            let first = try SmallCluster(folder: folder)
            try await first.run()
            #expect(first.outcomes.compactMap { $0.1.failure } == [])
            // As after a restart of every process.
            let second = try SmallCluster(folder: folder, deposits: first.deposits)
            try await second.run()
            for (id, outcome) in second.outcomes {
                #expect(outcome.isUnchanged, "\(id): \(outcome)")
            }
        }
    }

    @Test func `no secret is in a command, a change or a line`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let agentToken = try #require(
            try await cluster.text("/etc/rancher/k3s/agent-token", on: ThreeClouds.japan)
        )
        var secrets = [agentToken.filter { !$0.isWhitespace }]
        secrets += cluster.outputs.values.map { String(decoding: $0.reveal(), as: UTF8.self) }
        #expect(secrets.count == 4)

        var shown = cluster.reported
        for (_, outcome) in cluster.outcomes {
            shown += outcome.changes.flatMap { $0.rendered() } + ["\(outcome)"]
        }
        for host in cluster.hosts.values {
            for command in host.commands {
                shown += command.argv + command.environment.map { "\($0.key)=\($0.value)" }
                shown.append("\(command)")
            }
        }
        for secret in secrets {
            let tail = secret.split(separator: ".").last.map(String.init) ?? secret
            #expect(!shown.contains { $0.contains(tail) })
        }
    }

    @Test func `join tokens are gone once the nodes are there`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let server = cluster.host(ThreeClouds.japan)
        let tokens = try await server.run(Command(["k3s", "token", "list", "-o", "json"]))
        #expect(tokens.standardOutput == "null\n")
    }

    @Test func `a plan for machines with nothing on them shows every step`() async throws {
        let cluster = try SmallCluster()
        for planned in try ThreeClouds.steps() {
            let host = try #require(
                ThreeClouds.plan.hosts.first { $0.id == planned.node.executor }
            )
            let outcome = await StepRun.check(planned.step, cluster.context(host))
            if planned.node.kind == RevokeJoinToken.kind {
                #expect(outcome.isUnchanged)
            } else {
                #expect(!outcome.changes.isEmpty, "\(planned.node.id): \(outcome)")
            }
        }
        for host in cluster.hosts.values {
            #expect(try await host.read("/usr/local/bin/k3s") == nil)
        }
    }
}
