import Document
import Foundation
import Plan
import PlanFile
import Testing
import Trust

@testable import Coordinator

/// Drafting a plan, and writing hashes into one.
@Suite struct CommandsPlanTests {
    // MARK: plan init

    private static let machines = [
        PlanSketch.Machine(
            id: "seoul",
            hostname: "vps-12",
            address: "203.0.113.12",
            operatingSystem: "Debian GNU/Linux 12 (bookworm)",
            architecture: "arm64",
            cpus: 2,
            memory: 2 << 30
        ),
        PlanSketch.Machine(
            id: "tokyo",
            hostname: "tokyo",
            address: "203.0.113.11",
            memory: 4 << 30
        ),
    ]

    @Test(arguments: PlanSketch.Format.allCases)
    func `a draft from agents that say enough is a plan`(_ format: PlanSketch.Format) throws {
        let sketch = PlanSketch(cluster: "two", machines: Self.machines)
        let text = sketch.text(format)
        let plan = try PlanFile.read(Array(text.utf8), name: "plan.\(format)")
        #expect(plan.metadata.name == "two")
        #expect(plan.hosts.map(\.id.description) == ["seoul", "tokyo"])
        #expect(plan.hosts.map(\.hostname) == ["vps-12", "tokyo"])
        #expect(plan.hosts.map(\.role) == [.agent, .server])
        #expect(plan.hosts.map(\.publicAddress) == ["203.0.113.12", "203.0.113.11"])
        #expect(plan.hosts.allSatisfy { $0.region == nil })
        #expect(!sketch.advice(for: "plan.yaml").contains("Fill in"))
    }

    @Test func `comments say what the agents said and what a person decides`() {
        let text = PlanSketch(cluster: "two", machines: Self.machines).text(.yaml)
        #expect(text.contains("# Debian GNU/Linux 12 (bookworm), arm64, 2 CPUs, 2.1 GB memory"))
        #expect(text.contains("# topology: { region:"))
        #expect(text.contains("# where its agent connects from"))
    }

    @Test(
        arguments: ["", "10.0.0.4", "::1", "203.0.113.11", "\u{1B}[31m\nroles: []"],
        PlanSketch.Format.allCases
    )
    func `what agents cannot know is the only problem`(
        _ address: String,
        _ format: PlanSketch.Format
    ) throws {
        var machines = Self.machines
        machines[1].address = address
        machines[0].address = address == "203.0.113.11" ? address : machines[0].address
        machines[1].operatingSystem = "Evil\nOS: {{ \u{202E}"
        machines[1].hostname = "NOT A NAME"
        let sketch = PlanSketch(cluster: "two", machines: machines)
        let error = #expect(throws: DocumentProblems.self) {
            try PlanFile.read(Array(sketch.text(format).utf8), name: "plan.\(format)")
        }
        #expect(error?.problems.map(\.pointer.description) == ["/hosts/1/addresses/public"])
        #expect(error?.problems.first?.message.contains("FILL-IN") == true)
        #expect(sketch.advice(for: "x").contains("Fill in addresses.public of tokyo."))
    }

    // MARK: plan pin

    /// A plan whose files are on this machine.
    private static func plan(in folder: TemporaryFolder) throws -> String {
        let binary = SHA256.hex(Array("binary".utf8))
        let url = { "file://" + (try folder.write($0, $1)) }
        let sums = try url("sums", "\(binary)  k3s\n")
        return try folder.write(
            "plan.yaml",
            """
            # mine
            apiVersion: isthmus/v1alpha1
            kind: ClusterPlan
            metadata: { name: c }
            hosts: [{ id: a, role: server, addresses: { public: 203.0.113.11 } }]  # one
            k3s: { version: v1.34.3+k3s1 }
            artifacts:
              k3s:
                amd64: { url: "\(try url("k3s", "binary"))", checksumsURL: "\(sums)" }
                arm64: { url: "\(try url("k3s-arm64", "arm"))" }
              installScript:
                url: "\(try url("install.sh", "script"))"

            """
        )
    }

    private static func pin(
        _ file: String,
        verify: Bool = false
    ) async throws
        -> PlanPinning.Outcome
    {
        let text = try PlanDocument.read(file).text()
        return try await PlanPinning(text, verify: verify).run()
    }

    @Test func `every hash is written once, and a second time changes nothing`() async throws {
        let folder = try TemporaryFolder()
        let file = try Self.plan(in: folder)
        chmod(file, 0o640)
        let before = try String(contentsOfFile: file, encoding: .utf8)
        let outcome = try await Self.pin(file)
        let after = try String(contentsOfFile: file, encoding: .utf8)
        #expect(outcome.entries.filter(\.isNew).count == 3)
        #expect(outcome.digests.old != outcome.digests.new)
        #expect(try folder.mode(of: "plan.yaml") == 0o640)
        let artifacts = try PlanFile.read(Array(after.utf8), name: "plan.yaml").artifacts
        #expect(artifacts.k3s[.amd64]?.sha256 == SHA256.hex(Array("binary".utf8)))
        #expect(artifacts.k3s[.arm64]?.sha256 == SHA256.hex(Array("arm".utf8)))
        #expect(artifacts.installScript.sha256 == SHA256.hex(Array("script".utf8)))
        #expect(after.contains("# mine\n") && after.contains("  # one\n"))
        let addition = try Regex(" ( {3})?sha256: \"[0-9a-f]{64}\"[,\n]")
        #expect(after.replacing(addition, with: "") == before)

        let again = try await Self.pin(file)
        #expect(again.entries.allSatisfy { !$0.isNew })
        #expect(again.lines.last?.contains("was not changed") == true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == after)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.sorted() == ["install.sh", "k3s", "k3s-arm64", "plan.yaml", "sums"])
    }

    @Test func `a file that is another now is an error, and nothing is written`() async throws {
        let folder = try TemporaryFolder()
        let file = try Self.plan(in: folder)
        let wrong = String(repeating: "0", count: 64)
        let text = try String(contentsOfFile: file, encoding: .utf8)
            .replacing("install.sh\"", with: "install.sh\"\n    sha256: \"\(wrong)\"")
        try folder.write("plan.yaml", text)
        let failure = await #expect(throws: ArtifactFailure.self) {
            try await Self.pin(file, verify: true)
        }
        #expect(failure?.description.contains(wrong) == true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }

    @Test func `a file that cannot be had leaves the plan as it was`() async throws {
        let folder = try TemporaryFolder()
        let file = try Self.plan(in: folder)
        try FileManager.default.removeItem(atPath: folder.path + "/install.sh")
        let before = try String(contentsOfFile: file, encoding: .utf8)
        await #expect(throws: ArtifactFailure.self) { try await Self.pin(file) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
    }

    // MARK: What is printed

    @Test func `a sound plan is summed up with its cautions`() throws {
        let text = try PlanText(
            Array(
                ClusterPlan.sampleText
                    .replacing(
                        "\"hosts\"",
                        with: "\"dashboard\": \(ClusterPlan.kubeSphere), \"hosts\""
                    )
                    .utf8
            ),
            name: "plan.json"
        )
        #expect(PlanReport(.text).sound(text).contains("; no problems, 1 caution; digest "))
        let json = PlanReport(.json).sound(text)
        #expect(json.contains(#""severity":"caution""#) && json.contains(#""valid":true"#))
        #expect(
            json.contains(#""code":"unsupported""#)
                && json.contains(#""pointer":"/dashboard""#)
        )
    }
}
