import Foundation
import Testing

/// What a server's owner does not allow does not happen, and the operator is told whose word that is.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PolicyTests {
    private func write(_ rules: String, in world: World) throws -> URL {
        let file = world.folder.appendingPathComponent("agent.yaml")
        let text = "apiVersion: isthmus/v1alpha1\nkind: AgentPolicy\n\(rules)\n"
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return file
    }

    @Test func `the operator sees what a server's policy refuses, before and in a rollout`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            let agents = try await world.populate()
            let seoul = try #require(agents["kube-seoul"])

            // A kind that the plan needs: nothing begins.
            await seoul.stop()
            var policy = try write("steps: [hostname]", in: world)
            var strict = try await world.runAgent(of: "kube-seoul", policy: policy)
            try await eventually("the agent is back") {
                try await world.connected().count == 3
            }
            for dryRun in [[], ["--dry-run"]] {
                let ending = try await world.start(
                    "coordinator",
                    ["rollout", "--plan", Plans.threeClouds.path, "--state", world.state.path]
                        + dryRun
                ).ending()
                #expect(ending.status == 1)
                #expect(ending.complaint.contains("the own policy of kube-seoul"))
                #expect(ending.complaint.contains(policy.path))
            }
            let status = try await world.start(
                "node-agent",
                [
                    "status", "--state", world.agentState(of: "kube-seoul").path, "--policy",
                    policy.path,
                ]
            ).ending()
            #expect(status.output.contains("\(policy.path): 1 of 24 step kinds"))

            // A file that is not pinned: the dry run says so, and the rollout fails at its step.
            await strict.stop()
            let hash = String(repeating: "0", count: 64)
            let rule = "artifacts: [{ path: /usr/local/bin/k3s, sha256: [\"\(hash)\"] }]"
            policy = try write(rule, in: world)
            strict = try await world.runAgent(of: "kube-seoul", policy: policy)
            try await eventually("the agent is back") {
                try await world.connected().count == 3
            }
            for dryRun in [["--dry-run"], []] {
                let ending = try await world.start(
                    "coordinator",
                    ["rollout", "--plan", Plans.threeClouds.path, "--state", world.state.path]
                        + dryRun
                ).ending()
                #expect(ending.status == 1)
                let words = ending.output + ending.complaint
                #expect(words.contains("the server's own policy, \(policy.path), does not allow"))
                #expect(words.contains("systemctl restart isthmus-agent"))
            }
            let machine = world.machine("kube-seoul").path
            let placed = FileManager.default.enumerator(atPath: machine)?.contains {
                "\($0)".hasSuffix("usr/local/bin/k3s")
            }
            #expect(placed == false)
        }
    }

    @Test func `an agent with a broken policy does not start`() async throws {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            try await world.makeToken(for: "kube-seoul")
            #expect(try await world.enroll("kube-seoul").status == 0)
            let policy = try write("stepps: []", in: world)
            let ending = try await world.runAgent(of: "kube-seoul", policy: policy).ending()
            #expect(ending.status == 1)
            #expect(ending.complaint.contains("\(policy.path):3:1:"))
            #expect(ending.complaint.contains("Did you mean \"steps\"?"))
            #expect(try await world.connected().isEmpty)
        }
    }
}
