import Document
import Foundation
import Plan
import PlanFile
import Testing

/// The schema is made from the catalogue of fields, and says what the reader says as far as a schema
/// can. `REWRITE_EXPECTED=1 swift test --filter SchemaTests` writes it anew.
struct SchemaTests {
    @Test func `the published schema is that of the catalogue`() throws {
        let file = Project.root.appending(path: "packaging/schema/plan.v1alpha1.schema.json")
        if Project.rewrites {
            try Data(PlanSchema.text.utf8).write(to: file)
        } else {
            #expect(try String(contentsOf: file, encoding: .utf8) == PlanSchema.text)
        }
    }

    @Test(.enabled(if: Validator.isThere, "ISTHMUS_PYTHON names no Python that has jsonschema"))
    func `the schema takes every plan that the reader takes`() throws {
        let files = try Project.files(in: "packaging/examples")
        var plans = try files.map { try Project.read($0) }
        plans.append(try Project.read(Self.everything, .yaml))
        var texts = plans.flatMap { [$0.canonicalJSON(), $0.value.indentedJSON()] }
        let keepalive = #""natKeepalive":20"#
        texts += texts.map { $0.replacing(keepalive, with: #""natKeepalive":"auto""#) }
        #expect(try Validator.verdicts(on: texts) == texts.map { _ in "ok" })
    }

    @Test(.enabled(if: Validator.isThere, "ISTHMUS_PYTHON names no Python that has jsonschema"))
    func `the schema refuses what needs no rule between fields`() throws {
        let files = try Project.files(in: "Tests/PlanFileTests/BadPlans")
            .filter { $0.pathExtension == "json" }
        let texts = try files.compactMap { file -> (name: String, text: String)? in
            guard let text = String(validating: try Data(contentsOf: file), as: UTF8.self) else {
                return nil
            }
            return (file.deletingPathExtension().lastPathComponent, text)
        }
        let verdicts = try Validator.verdicts(on: texts.map(\.text))
        let passed = zip(texts, verdicts).filter { $0.1 == "ok" }.map(\.0.name)
        #expect(Set(passed) == Self.beyondASchema)
        #expect(verdicts.count { $0.hasPrefix("wrong $.") } > 20)
    }

    @Test func `every field stands in the schema`() {
        let text = PlanSchema.text
        for field in PlanField.all {
            let name = field.path.split(separator: ".").last.map {
                $0.replacing("[]", with: "")
            }
            #expect(name == "*" || text.contains("\"\(name ?? "?")\": {"), "\(field.path)")
        }
        #expect(
            text.hasPrefix("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\"")
        )
    }

    /// Wrong plans that a schema cannot tell from good ones.
    private static let beyondASchema: Set<String> = [
        "dashboard-kubesphere-alone", "dashboard-none", "duplicate-hostnames", "duplicate-ids",
        "duplicate-internal-addresses", "duplicate-public-addresses", "duplicates-together",
        "even-servers", "host-inside-block", "k3s-too-old", "nat-without-internal", "no-server",
        "overlapping-all", "overlapping-blocks", "private-public-addresses", "secret-in-url",
        "server-behind-nat", "servers-apart", "small-blocks",
        "special-addresses", "syntax-duplicate-key", "two-servers",
    ]

    /// A plan that says all there is to say.
    static let everything = """
        $schema: plan.v1alpha1.schema.json
        apiVersion: isthmus/v1alpha1
        kind: ClusterPlan
        metadata: { name: everything }
        hosts:
          - id: a
            hostname: a.example.org
            role: server
            addresses: { public: 203.0.113.11, internal: 10.1.0.1 }
            behindNAT: false
            topology: { region: japan, location: tokyo-1 }
            labels: { example.org/pool: "1", empty: "" }
            taints: ["a=b:NoSchedule", "example.org/c:NoExecute"]
        k3s:
          version: v1.34.3+k3s1
          tlsSANs: [k8s.example.org]
          disable: []
          clusterCIDR: 10.42.0.0/16
          serviceCIDR: 10.43.0.0/16
          secretsEncryption: true
          config:
            server: { debug: true, v: 4, kubelet-arg: [max-pods=50], cluster-domain: a.example }
            agent: { kubelet-arg: [] }
        mesh: { kind: kilo, granularity: full, kiloVersion: 0.7.1, image: "registry.example.org/kilo:0.7.1", port: 51821, mtu: 1380, natKeepalive: 20 }
        dashboard:
          provider: kubesphere
          chart: { url: "file:///srv/ks-core.tgz" }
          adminPassword: { store: dashboard }
        tunnel:
          provider: cloudflare
          accountID: 0123456789abcdef0123456789abcdef
          name: everything
          apiToken: { file: /etc/isthmus/cloudflare }
          hostname: dash.example.org
          services:
            - { hostname: a.example.org, namespace: web, service: shop, port: 8080 }
            - { hostname: b.example.org, service: blog }
        artifacts:
          k3s:
            amd64: { url: "https://example.org/k3s", checksumsURL: "https://example.org/sums" }
        policies:
          parallelism: 4
          parallelServers: 1
          parallelAgents: 3
          attempts: 2
          failure: continue
          failedHosts: 2
          timeouts: { step: 90s, download: 1h, k3sReady: 5m, nodesReady: 500s }
          preflight: { ignore: [clock-skew, memory] }
          allowWanEtcd: true
        """
}

/// Python's jsonschema, which had no part in the schema.
private enum Validator {
    private static let interpreter = ProcessInfo.processInfo.environment["ISTHMUS_PYTHON"]

    /// Whether it can be used.
    static let isThere: Bool = {
        guard let interpreter else { return false }
        let result = try? run(interpreter, ["-c", "import jsonschema"], input: Data())
        return result?.status == 0
    }()

    /// What it says of plans: `ok`, `wrong` and where, or `no JSON`.
    static func verdicts(on plans: [String]) throws -> [String] {
        let request = PlanValue.object([
            .init("schema", PlanSchema.value), .init("plans", .list(plans.map(PlanValue.string))),
        ])
        let script = Project.root.appending(path: "Tests/PlanFileTests/Python/check_schema.py")
        let result = try run(
            interpreter ?? "",
            [script.path],
            input: Data(request.canonicalJSON().utf8)
        )
        #expect(result.status == 0)
        return result.output.split(separator: "\n").map(String.init)
    }

    private static func run(
        _ program: String,
        _ arguments: [String],
        input: Data
    ) throws -> (status: Int32, output: String) {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "isthmus-schema-\(UUID().uuidString)")
        try input.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = pipe
        process.standardError = FileHandle.standardError
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
