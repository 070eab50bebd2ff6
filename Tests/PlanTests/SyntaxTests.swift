import Plan
import Testing

/// The values that rules of one field take and refuse.
struct SyntaxTests {
    @Test(arguments: ["0.0.0.0", "203.0.113.11", "255.255.255.255"])
    func `addresses survive being read`(_ text: String) throws {
        #expect(try IPv4Address(parsing: text).description == text)
    }

    @Test(arguments: [
        "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1..2.3", "1.2.3.4 ", "+1.2.3.4",
        "1.2.3.99999999999999999999", "١.٢.٣.٤",
    ])
    func `other texts are no addresses`(_ text: String) {
        #expect(throws: PlanComplaint.self) { try IPv4Address(parsing: text) }
    }

    @Test(arguments: [
        ("9.255.255.255", false), ("10.0.0.0", true), ("10.255.255.255", true), ("11.0.0.0", false),
        ("100.63.255.255", false), ("100.64.0.0", true), ("100.127.255.255", true),
        ("100.128.0.0", false), ("127.0.0.1", true), ("169.254.7.7", true), ("172.15.0.1", false),
        ("172.16.0.1", true), ("172.31.255.255", true), ("172.32.0.0", false),
        ("192.168.255.1", true), ("192.0.2.1", false), ("198.51.100.1", false),
        ("203.0.113.1", false), ("198.18.0.1", true), ("223.255.255.255", false),
        ("224.0.0.1", true), ("240.0.0.1", true), ("255.255.255.255", true), ("0.0.0.0", true),
        ("8.8.8.8", false),
    ])
    func `special addresses are known`(_ text: String, _ isSpecial: Bool) throws {
        #expect((try IPv4Address(parsing: text).specialKind != nil) == isSpecial)
    }

    @Test func `blocks know what they contain`() throws {
        let all = try IPv4Network(parsing: "0.0.0.0/0", prefixes: 0...32)
        let one = try IPv4Network(parsing: "10.1.2.3/32", prefixes: 0...32)
        let some = try IPv4Network(parsing: "10.1.0.0/16", prefixes: 0...32)
        #expect(all.overlaps(one) && one.overlaps(all) && some.overlaps(one))
        #expect(some.contains(try IPv4Address(parsing: "10.1.255.255")))
        #expect(!some.contains(try IPv4Address(parsing: "10.2.0.0")))
        #expect(some.count == 65536 && one.count == 1 && some.description == "10.1.0.0/16")
    }

    @Test(arguments: [
        "10.0.0.1/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "/8", "a/8",
    ])
    func `other texts are no blocks`(_ text: String) {
        #expect(throws: PlanComplaint.self) { try IPv4Network(parsing: text, prefixes: 0...32) }
    }

    @Test func `releases are exact`() throws {
        #expect(try K3sVersion(parsing: "v1.34.3+k3s1").numbers == [1, 34, 3, 1])
        _ = try K3sVersion(parsing: "v1.26.2+k3s1")
        for text in [
            "", "v1.34.3", "1.34.3+k3s1", "v1.34.3+k3s0", "v1.34.3+k3s", "v1.34+k3s1", "latest",
            "v1.34.3-rc1+k3s1", "v01.34.3+k3s1", "v1.34.3+k3s1+x", "v1.26.1+k3s1", "v1.34.3+k3s01",
        ] {
            #expect(throws: PlanComplaint.self) { try K3sVersion(parsing: text) }
        }
        try KiloVersion.check("0.7.0")
        for text in ["", "v0.7.0", "0.7", "main", "0.7.0-rc1"] {
            #expect(throws: PlanComplaint.self) { try KiloVersion.check(text) }
        }
    }

    @Test(
        arguments: [
            ("1s", 1000), ("90s", 90_000), ("5m", 300_000), ("24h", 86_400_000), ("1500ms", 1500),
        ] as [(String, Int64)]
    )
    func `times survive being read`(_ text: String, _ milliseconds: Int64) throws {
        #expect(try PlanDuration.milliseconds(text) == milliseconds)
        #expect(try PlanDuration.milliseconds(PlanDuration.text(milliseconds)) == milliseconds)
    }

    @Test(arguments: [
        "", "5", "m", "-5m", "1.5h", "5 m", "5M", "1h30m", "0s", "999ms", "25h", "05m",
    ])
    func `other texts are no times`(_ text: String) {
        #expect(throws: PlanComplaint.self) { try PlanDuration.milliseconds(text) }
    }

    @Test func `labels and taints follow Kubernetes`() throws {
        for key in [
            "a", "A.b_c-1", "example.org/a", "node.kubernetes.io/x", "a.node.kubernetes.io/x",
        ] {
            try KubernetesSyntax.labelKey(key)
        }
        for key in [
            "", "-a", "a-", "a/b/c", "/a", "a/", "é", "kubernetes.io/x", "x.k8s.io/y",
            "node-role.kubernetes.io/worker", "topology.kubernetes.io/region",
            String(repeating: "a", count: 64),
        ] {
            #expect(throws: PlanComplaint.self) { try KubernetesSyntax.labelKey(key) }
        }
        #expect(try KubernetesSyntax.taint("a=b:NoSchedule") == "a:NoSchedule")
        #expect(try KubernetesSyntax.taint("example.org/a:NoExecute") == "example.org/a:NoExecute")
        for taint in ["", ":", "a", "a=b", "a:b:NoSchedule", "=b:NoSchedule", "a==b:NoSchedule"] {
            #expect(throws: PlanComplaint.self) { try KubernetesSyntax.taint(taint) }
        }
    }

    @Test func `URLs and checksums are checked`() throws {
        #expect(try ArtifactSyntax.url("https://example.org/v1.34.3+k3s1/k3s?a=b&c=d") == "https")
        #expect(try ArtifactSyntax.url("http://[2001:db8::1]:8080/k3s") == "http")
        #expect(try ArtifactSyntax.url("file:///srv/k3s") == "file")
        for url in [
            "", "example.org", "https://", "https:///x", "https://:443/", "HTTPS://example.org",
            "https://u@example.org/", "https://example.org/#x", "https://example.org/a b",
            "https://example.org/é", "file://srv/k3s", "file:///", "javascript:alert(1)",
            "https://example.org/\r\nx", "https://" + String(repeating: "a", count: 3000),
        ] {
            #expect(throws: PlanComplaint.self) { try ArtifactSyntax.url(url) }
        }
        try ArtifactSyntax.sha256(String(repeating: "0a", count: 32))
        for hash in ["", String(repeating: "0A", count: 32), String(repeating: "a", count: 63)] {
            #expect(throws: PlanComplaint.self) { try ArtifactSyntax.sha256(hash) }
        }
    }

    @Test func `pointers escape what RFC 6901 says`() {
        let pointer = PlanPointer.root.key("hosts").index(1).key("a/b~c")
        #expect(pointer.description == "/hosts/1/a~1b~0c")
        #expect(PlanPointer.root.description.isEmpty)
    }
}
