import Document
import Foundation
import Plan
import PlanFile
import Testing

struct CanonicalFormTests {
    @Test(arguments: try Project.files(in: "packaging/examples"))
    func `the canonical form is a plan that asks for the same`(_ file: URL) throws {
        let plan = try Project.read(file)
        let canonical = plan.canonicalJSON()
        let again = try Project.read(canonical)
        #expect(again == plan)
        #expect(again.canonicalJSON() == canonical)
    }

    @Test func `neither the order of keys nor spaces nor written defaults change it`() throws {
        let short = """
            {"apiVersion":"isthmus/v1alpha1","kind":"ClusterPlan","metadata":{"name":"c"},
             "hosts":[{"id":"a","role":"server","addresses":{"public":"203.0.113.11"},
             "labels":{"x":"1","a":"2"}}],"k3s":{"version":"v1.34.3+k3s1"}}
            """
        let long = """
            {"$schema": "https://example.org/plan.json", "policies": {"timeouts": {"step": "300s"}},
             "k3s": {"version": "v1.34.3+k3s1", "disable": ["traefik", "servicelb"]},
             "mesh": {"natKeepalive": "auto"},
             "hosts": [{"labels": {"a": "2", "x": "1"}, "behindNAT": false,
             "addresses": {"internal": "203.0.113.11", "public": "203.0.113.11"},
             "role": "server", "id": "\\u0061", "hostname": "a"}],
             "metadata": {"name": "c"}, "kind": "ClusterPlan", "apiVersion": "isthmus/v1alpha1"}
            """
        let canonical = try Project.read(short).canonicalJSON()
        #expect(try Project.read(long).canonicalJSON() == canonical)
        #expect(canonical.hasPrefix("{\"apiVersion\":\"isthmus/v1alpha1\",\"artifacts\":{"))
        #expect(!canonical.contains(" "))
        #expect(canonical.contains("\"labels\":{\"a\":\"2\",\"x\":\"1\"}"))
        #expect(canonical.contains("\"step\":\"5m\""))
    }

    @Test func `every field counts, and neither format nor order does`() throws {
        let yaml = try Project.read(SchemaTests.everything, .yaml)
        let shuffled = Self.reversed(yaml.value)
        let json = try Project.read(shuffled.indentedJSON())
        #expect(json == yaml)
        #expect(json.canonicalJSON() == yaml.canonicalJSON())
        for text in [shuffled.canonicalJSON(), yaml.value.indentedJSON()] {
            #expect(try Project.read(text, .yaml).canonicalJSON() == yaml.canonicalJSON())
        }
        for word in [
            #""provider":"kubesphere""#, #""adminPassword":{"store":"dashboard"}"#,
            #""url":"file:///srv/ks-core.tgz""#, #""apiToken":{"file":"/etc/isthmus/cloudflare"}"#,
            #""accountID":"0123456789abcdef0123456789abcdef""#, #""hostname":"dash.example.org""#,
            #""services":[{"hostname":"a.example.org","namespace":"web","port":8080,"service":"shop"}"#,
            #""kubelet-arg":["max-pods=50"]"#, #""ignore":["clock-skew","memory"]"#,
            #""allowWanEtcd":true"#, #""name":"everything""#,
        ] {
            #expect(yaml.canonicalJSON().contains(word), "\(word)")
        }
    }

    /// The same value, its names in the opposite order; the order of lists counts.
    private static func reversed(_ value: PlanValue) -> PlanValue {
        switch value {
        case .object(let members):
            .object(members.reversed().map { .init($0.key, reversed($0.value)) })
        case .list(let values): .list(values.map(reversed))
        case .string, .integer, .boolean: value
        }
    }

    @Test func `what a plan asks for changes it`() throws {
        let text = try String(contentsOf: Project.example("three-clouds.json"), encoding: .utf8)
        let other = text.replacing("203.0.113.13", with: "203.0.113.14")
        #expect(try Project.read(text).canonicalJSON() != Project.read(other).canonicalJSON())
    }

    @Test func `texts are quoted as RFC 8785 says`() {
        #expect(PlanValue.quoted("a\"\\\n\u{1}é/") == "\"a\\\"\\\\\\n\\u0001é/\"")
    }
}
