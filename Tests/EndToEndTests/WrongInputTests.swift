import Daemon
import Foundation
import Plan
import Testing
import Trust

@testable import Coordinator

/// Wrong input gets a clear answer with something to do, the right exit code, and changes nothing.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WrongInputTests {
    @Test func `plans with problems begin nothing`() async throws {
        try await World.with { world in
            try await world.initialize()
            let plan = try String(contentsOf: Plans.threeClouds, encoding: .utf8)
            let cases: [(name: String, text: String?, words: String)] = [
                ("missing.json", nil, "there is no such file"),
                ("bad.json", "{ \"apiVersion\": }", "bad.json:1:"),
                (
                    "unknown.json",
                    plan.replacingOccurrences(of: "\"hosts\"", with: "\"hoststs\""),
                    "did you mean"
                ),
                (
                    "twice.json",
                    plan.replacingOccurrences(of: "203.0.113.13", with: "203.0.113.12"),
                    "203.0.113.12"
                ),
            ]
            for (name, text, words) in cases {
                let file = world.folder.appendingPathComponent(name)
                try text.map { try Data($0.utf8).write(to: file) }
                for dryRun in [[], ["--dry-run"]] {
                    let ending = try await world.start(
                        "coordinator",
                        ["rollout", "--plan", file.path, "--state", world.state.path] + dryRun
                    ).ending()
                    #expect(ending.status == 2, "\(name): \(ending.complaint)")
                    #expect(
                        ending.complaint.lowercased().contains(words.lowercased()),
                        "\(name): \(ending.complaint)"
                    )
                    #expect(ending.output.isEmpty)
                }
            }
        }
    }

    @Test func `a state folder that cannot be used is told from a coordinator that is down`()
        async throws
    {
        try await World.with { world in
            let missing = try await world.coordinator("node", "list")
            #expect(missing.status == 1)
            #expect(missing.complaint.contains("coordinator init"))

            try await world.initialize()
            let again = try await world.coordinator(
                "init",
                "--cluster",
                "three-clouds",
                "--address",
                "127.0.0.1"
            )
            #expect(again.status == 1)
            #expect(again.complaint.contains("already"))

            let down = try await world.coordinator("node", "list")
            #expect(down.status == 1)
            #expect(down.complaint.contains("127.0.0.1:\(world.port) cannot be reached"))
            #expect(down.complaint.contains("coordinator serve"))

            try world.writeToken(.foreign, to: "kube-japan")
            let alone = try await world.enroll("kube-japan")
            #expect(alone.status == 1)
            #expect(alone.complaint.contains("cannot be reached"))

            let usage = try await world.coordinator("token", "create", "--node", "A_B")
            #expect(usage.status == 2)
        }
    }

    @Test func `hosts that never enrolled are named with what to do`() async throws {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            _ = try await world.populate(["kube-japan"])
            let ending = try await world.beginRollout().ending()
            #expect(ending.status == 1)
            for host in ["kube-seoul", "kube-chuncheon"] {
                #expect(ending.complaint.contains("coordinator token create --node \(host)"))
            }
            let rollouts = try await world.coordinator("rollout", "list", "--output", "json")
            #expect(rollouts.output == "{\"rollouts\":[]}\n")

            // The one that did can be planned with; its address is none that others could use.
            let draft = world.folder.appendingPathComponent("draft.yaml").path
            let drafted = try await world.coordinator("plan", "init", draft)
            #expect(drafted.status == 0, "\(drafted.complaint)")
            #expect(drafted.complaint.contains("Fill in addresses.public of kube-japan."))
            let text = try String(contentsOfFile: draft, encoding: .utf8)
            #expect(text.contains("id: \"kube-japan\"") && text.contains("FILL-IN"))
            let again = try await world.coordinator("plan", "init", draft)
            #expect(again.status == 1)
            #expect(again.complaint.contains("not written over"))
            #expect(try String(contentsOfFile: draft, encoding: .utf8) == text)
        }
    }

    @Test func `editors get one object with every problem, and plans stay small`() async throws {
        try await World.with { world in
            let file = world.folder.appendingPathComponent("plan.yaml")
            try Data("kind: ClusterPlan\napiToken: hunter2\n".utf8).write(to: file)
            let check = ["plan", "check", "--plan", file.path]
            let json = try await world.start("coordinator", check + ["--output", "json"]).ending()
            #expect(json.status == 2)
            #expect(json.complaint.isEmpty)
            for part in [
                "\"code\":\"secret\"", "\"column\":1", "\"endColumn\":9", "\"line\":2",
                "\"pointer\":\"/apiToken\"", "\"severity\":\"error\"", "\"valid\":false",
                "\"file\":\"\(file.path)\"",
            ] {
                #expect(json.output.contains(part), "\(json.output)")
            }
            let text = try await world.start("coordinator", check).ending()
            #expect(text.complaint.contains("2 | apiToken: <redacted>"))
            #expect(!(text.complaint + json.output).contains("hunter2"))

            truncate(file.path, 50_000_000)
            let large = try await world.start("coordinator", check).ending()
            #expect(large.status == 2)
            #expect(large.complaint.contains("more than 4 MiB"))

            let schema = try await world.start("coordinator", ["plan", "schema"]).ending()
            #expect(schema.output.hasPrefix("{\n  \"$schema\""))
        }
    }

    @Test func `used, expired and foreign tokens let nobody in`() async throws {
        try await World.with { world in
            try await world.initialize()
            let expired = try await world.storeExpiredToken(for: "kube-seoul")
            _ = try await world.serve()
            try await world.makeToken(for: "kube-japan")
            // One more that is unused, so that enrolment stays possible at all.
            try await world.makeToken(for: "kube-chuncheon")
            #expect(try await world.enroll("kube-japan").status == 0)

            let used = try await world.enroll(
                "kube-seoul",
                token: world.tokenFile(of: "kube-japan")
            )
            #expect(used.status == 1)
            #expect(used.complaint.contains("used"))

            let late = try await world.enroll("kube-seoul", token: expired)
            #expect(late.status == 1)
            #expect(late.complaint.contains("expired"))

            try world.writeToken(.foreign, to: "kube-seoul")
            let foreign = try await world.enroll("kube-seoul")
            #expect(foreign.status == 1)
            #expect(foreign.complaint.contains("made by another coordinator"))

            try world.writeToken(.unknown, to: "kube-seoul")
            let unknown = try await world.enroll("kube-seoul")
            #expect(unknown.status == 1)
            #expect(unknown.complaint.contains("token create"))

            for file in ["agent.json", "key.pem", "cert.pem"] {
                let path = world.agentState(of: "kube-seoul").appendingPathComponent(file).path
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test func `a full disk pauses the rollout; with room again it goes on to its end`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            _ = try await world.populate()
            let faults = world.machine("kube-seoul").appendingPathComponent("faults.json")
            try Data(#"{"diskFull":true}"#.utf8).write(to: faults)
            let plan = try world.plan(with: #""policies": { "attempts": 1 }"#)
            let ending = try await world.coordinator("rollout", "--plan", plan.path)
            #expect(ending.status == 1)
            #expect(ending.output.contains("Failed: kube-seoul"))
            #expect(ending.output.contains("no space left on device"))
            let resume = try #require(
                ending.output.firstMatch(of: /coordinator rollout resume (r-[0-9a-f]{8})/)
            )
            let id = String(resume.output.1)

            let other = try await world.coordinator("rollout", "--plan", plan.path)
            #expect(other.status == 1)
            #expect(other.complaint.contains("coordinator rollout cancel \(id)"))

            try FileManager.default.removeItem(at: faults)
            let resumed = try await world.coordinator("rollout", "resume", id)
            #expect(resumed.status == 0)
            let watched = try await world.coordinator("rollout", "watch", id)
            #expect(watched.status == 0, "\(watched.output)")
        }
    }

    @Test func `a K3s that never becomes ready ends with the last lines of its journal`()
        async throws
    {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            _ = try await world.populate()
            try Data(#"{"k3sNeverReady":true}"#.utf8).write(
                to: world.machine("kube-japan").appendingPathComponent("faults.json")
            )
            let plan = try world.plan(
                with: #""policies": { "attempts": 1, "timeouts": { "k3sReady": "60s" } }"#
            )
            let ending = try await world.coordinator("rollout", "--plan", plan.path)
            #expect(ending.status == 1)
            #expect(ending.output.contains("Failed: kube-japan: start K3s server"))
            #expect(ending.output.contains("\n  | "), "no journal in: \(ending.output)")
            #expect(ending.output.contains("What to do: "))
        }
    }

    @Test func `an artifact with the wrong hash is never used`() async throws {
        try await World.with { world in
            let mirror = world.folder.appendingPathComponent("mirror/example.org")
            try FileManager.default.createDirectory(
                at: mirror,
                withIntermediateDirectories: true
            )
            try Data("not K3s".utf8).write(to: mirror.appendingPathComponent("k3s"))
            try await world.initialize()
            _ = try await world.serve(
                artifacts: ["--artifact-mirror", mirror.deletingLastPathComponent().path])
            _ = try await world.populate()
            let hash = String(repeating: "0", count: 64)
            let binary = #"{ "url": "https://example.org/k3s", "sha256": "\#(hash)" }"#
            let plan = try world.plan(with: #""artifacts": { "k3s": { "amd64": \#(binary) } }"#)
            let ending = try await world.coordinator("rollout", "--plan", plan.path)
            #expect(ending.status == 1)
            #expect(ending.complaint.contains("https://example.org/k3s is not what it should be"))
            #expect(ending.complaint.contains(hash))
        }
    }
}

/// Tokens that no coordinator handed out.
enum ForgedToken {
    /// Of another authority.
    case foreign
    /// Of the right authority, but unknown to the coordinator.
    case unknown
}

extension World {
    /// Puts a forged token into a host's file.
    nonisolated func writeToken(_ kind: ForgedToken, to host: String) throws {
        let pin =
            switch kind {
            case .foreign: String(repeating: "0a", count: 32)
            case .unknown: try authorityPin()
            }
        var generator = SystemRandomNumberGenerator()
        let token = JoinToken.generate(authorityPin: pin, using: &generator)
        try Data(token.text().reveal()).write(to: tokenFile(of: host))
    }

    /// Makes a token whose time was over an hour ago; the coordinator must not run.
    nonisolated func storeExpiredToken(for host: String) async throws -> URL {
        var generator = SystemRandomNumberGenerator()
        let token = JoinToken.generate(authorityPin: try authorityPin(), using: &generator)
        let now = WallClock.now()
        let row = JoinTokenRow(
            id: token.id,
            hash: token.hash,
            node: try #require(HostID(host)),
            created: now - 7_200_000,
            expires: now - 3_600_000
        )
        let store = try Store(path: StateDirectory(state.path).store)
        try await store.write { db throws in try JoinTokenTable.add(row, in: db) }
        try store.close()
        let file = folder.appendingPathComponent("tokens/expired")
        try Data(token.text().reveal()).write(to: file)
        return file
    }

    /// The article's plan with one more member, given as JSON.
    nonisolated func plan(with member: String) throws -> URL {
        let text = try String(contentsOf: Plans.threeClouds, encoding: .utf8)
        let end = try #require(text.lastIndex(of: "}"))
        let file = folder.appendingPathComponent("changed.json")
        try Data((text[..<end] + ", \(member) }\n").utf8).write(to: file)
        return file
    }

    private nonisolated func authorityPin() throws -> String {
        try AuthorityFiles(state: StateDirectory(state.path)).load().signer.certificate
            .publicKeySHA256
    }
}
