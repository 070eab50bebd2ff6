import Document
import FoundationEssentials
import Plan
import Steps
import Testing

@testable import Agent

@Suite struct AgentPolicyTests {
    static let head = "apiVersion: isthmus/v1alpha1\nkind: AgentPolicy\n"
    static let hash = String(repeating: "ab", count: 32)

    private func policy(_ text: String) throws(DocumentProblems) -> AgentPolicy {
        try PolicyDecoder.decode(Array((Self.head + text).utf8), file: "agent.yaml")
    }

    @Test func `a policy without lists allows everything`() throws {
        let policy = try policy("")
        #expect(policy.refusedKinds.isEmpty)
        #expect(
            policy.allowedKinds == StepCatalog.kinds.map { $0.kind }
                + ErrandCatalog.kinds.map { $0.kind }
        )
        #expect(throws: Never.self) { try policy.demand(artifact: Self.hash) }
        #expect(!policy.looksInside(kind: "artifact"))
    }

    @Test func `a kind that is not listed is refused with the line to add`() throws {
        let policy = try policy("steps: [hostname, artifact]")
        #expect(policy.allowedKinds == ["hostname", "artifact"])
        #expect(throws: Never.self) { try policy.demand(kind: "hostname") }
        let refusal = #expect(throws: StepFailure.self) { try policy.demand(kind: "manifests") }
        #expect(refusal?.isPermanent == true)
        #expect(refusal?.message.contains("agent.yaml, does not allow steps of the kind") == true)
        #expect(refusal?.remedy.contains("add - manifests under \"steps\"") == true)
        #expect(refusal?.remedy.contains("systemctl restart isthmus-agent") == true)
        // Kinds of later releases too.
        #expect(throws: StepFailure.self) { try policy.demand(kind: "run-anything") }
        #expect(try self.policy("steps: []").allowedKinds.isEmpty)
    }

    @Test(arguments: [
        ("/usr/local/bin/k3s", hash, true),
        ("/usr/local/bin/k3s", String(repeating: "cd", count: 32), false),
        ("/usr/local/bin/any", String(repeating: "cd", count: 32), true),
        ("/usr/local/bin/../bin/any", hash, false),
        ("/etc/cron.d/x", hash, false),
    ])
    func `files are placed where they may stand`(
        path: String,
        sha256: String,
        isAllowed: Bool
    ) throws {
        let policy = try policy(
            """
            artifacts:
              - path: /usr/local/bin/k3s
                sha256: ["\(Self.hash)"]
              - path: /usr/local/bin/any
            """
        )
        let step = PlaceArtifact(name: "K3s", sha256: sha256, path: path, mode: 0o755)
        let refusal: StepFailure?
        do throws(StepFailure) {
            try policy.demand(step)
            refusal = nil
        } catch {
            refusal = error
        }
        #expect((refusal == nil) == isAllowed)
        #expect(refusal.map { $0.message.contains(path) && $0.isPermanent } ?? true)
    }

    @Test func `an artifact that no path may have is not even fetched`() async throws {
        let policy = try policy(
            "artifacts: [{ path: /usr/local/bin/k3s, sha256: [\"\(Self.hash)\"] }]"
        )
        let source = PolicedArtifactSource(policy: policy, source: Endless())
        try await source.fetch(sha256: Self.hash, from: 0) { _ throws(HostFailure) in }
        await #expect(throws: HostFailure.self) {
            try await source.fetch(
                sha256: String(repeating: "cd", count: 32),
                from: 0
            ) { _ throws(HostFailure) in }
        }
    }

    private struct Endless: ArtifactSource {
        func fetch(
            sha256: String,
            from offset: Int64,
            receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
        ) async throws(HostFailure) {}
    }

    @Test(arguments: [
        (#"{"kind":"DaemonSet","metadata":{"name":"kilo","namespace":"kube-system"}}"#, true),
        (#"{"kind":"ClusterRole","metadata":{"name":"kilo"}}"#, true),
        (#"{"kind":"ClusterRole","metadata":{"name":"kilo","namespace":"x"}}"#, false),
        (#"{"kind":"DaemonSet","metadata":{"name":"kilo","namespace":"default"}}"#, false),
        (#"{"kind":"Secret","metadata":{"name":"kilo","namespace":"kube-system"}}"#, false),
        (#"{"kind":"ClusterRole","kind":"Secret","metadata":{"name":"kilo"}}"#, false),
        (#"{"kind":"ClusterRole","Kind":"Secret","metadata":{"name":"kilo"}}"#, false),
        (#"{"kind":"ClusterRole","metadata":{"name":"kilo","Name":"x"}}"#, false),
        (#"{"kind":"ClusterRole","metadata":{"name":"kilo"}},{"kind":"Secret"}"#, false),
        (#"{"kind":"List","items":[]}"#, false),
        (#"{"kind":"ClusterRole","metadata":{"name":1}}"#, false),
        ("", false),
    ])
    func `objects are known by their own words`(json: String, isAllowed: Bool) throws {
        let policy = try policy(
            "manifests: [\"DaemonSet kube-system/kilo\", \"ClusterRole kilo\"]"
        )
        let step = ApplyManifests(
            name: "Kilo",
            objects: [KubernetesObject(name: "ClusterRole kilo", json: json)]
        )
        if isAllowed {
            #expect(throws: Never.self) { try policy.demand(step) }
        } else {
            #expect(throws: StepFailure.self) { try policy.demand(step) }
        }
    }

    @Test(arguments: [
        ("step: [hostname]", "3:1", "Did you mean \"steps\"?"),
        ("steps: [hostnam]", "3:9", "Did you mean \"hostname\"?"),
        ("steps: hostname", "3:8", "Put it in brackets"),
        ("artifacts: []", "3:12", "Write at least one entry."),
        ("artifacts: [{}]", "3:13", "Add it: A path"),
        ("artifacts: [{ path: usr/bin/x }]", "3:21", "Write the whole path"),
        ("artifacts: [{ path: /a/../b }]", "3:21", "Write the whole path"),
        ("artifacts: [{ path: /a, sha256: [AB] }]", "3:34", "64 hexadecimal digits"),
        ("artifacts: [{ path: /a, sha265: [] }]", "3:25", "Did you mean \"sha256\"?"),
        ("manifests: [kilo]", "3:13", "KIND NAMESPACE/NAME"),
        ("manifests: [\"a b c\"]", "3:13", "KIND NAMESPACE/NAME"),
        ("steps: &a []", "3:8", "Write the values out: a policy"),
        ("steps:\n\t- hostname", "4:1", "Indent with spaces"),
        ("steps: [\u{1}]", "3:9", "Remove the character"),
    ])
    func `what is wrong has its place and advice`(text: String, place: String, advice: String) {
        let problems = #expect(throws: DocumentProblems.self) { try policy(text) }
        let shown = problems?.rendered(color: false) ?? ""
        #expect(shown.contains("agent.yaml:\(place):"), "\(shown)")
        #expect(shown.contains(advice), "\(shown)")
    }

    @Test func `a text of another kind is refused`() {
        for text in ["", "{}", "apiVersion: v2\nkind: AgentPolicy", "[]", "\u{FEFF}a: b"] {
            #expect(throws: DocumentProblems.self) {
                try PolicyDecoder.decode(Array(text.utf8), file: "agent.yaml")
            }
        }
    }

    @Test func `no bytes make the reader stumble`() {
        let good = Array((Self.head + "steps: [hostname]\nmanifests: [\"A b/c\"]\n").utf8)
        for place in good.indices {
            for byte in [0, 9, 10, 34, 38, 42, 45, 58, 91, 123, 0xC3, 0xFF] as [UInt8] {
                var bytes = good
                bytes[place] = byte
                _ = try? PolicyDecoder.decode(bytes, file: "agent.yaml")
            }
        }
    }
}
