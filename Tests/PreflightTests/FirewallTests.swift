import Plan
import Preflight
import Testing

/// Rules as images and tools write them, and whether the mesh gets through.
struct FirewallTests {
    /// Ubuntu's images at Oracle: /etc/iptables/rules.v4.
    static let oracle = [
        ":INPUT ACCEPT [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [463:49013]",
        "-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT",
        "-A INPUT -p icmp -j ACCEPT", "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -p udp -m udp --sport 123 -j ACCEPT",
        "-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT",
        "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
        "-A FORWARD -j REJECT --reject-with icmp-host-prohibited",
    ]

    @Test func `the images of one cloud reject the mesh, and the rule is named`() throws {
        let finding = try judged(Self.oracle)
        #expect(finding.verdict == .failed)
        #expect(finding.observed.contains("-A INPUT -j REJECT --reject-with icmp-host-prohibited"))
        #expect(finding.observed.contains("UDP 51820") && finding.observed.contains("TCP 6443"))
        #expect(finding.remedy.contains("iptables -I INPUT -p udp --dport 51820 -j ACCEPT"))
        #expect(finding.remedy.contains("iptables -I INPUT -p tcp --dport 6443 -j ACCEPT"))
    }

    @Test(arguments: [
        // Open ports before the REJECT.
        (
            [
                "-A INPUT -p udp -m udp --dport 51820 -j ACCEPT",
                "-A INPUT -p tcp -m multiport --dports 22,6443 -j ACCEPT",
                "-A INPUT -j REJECT",
            ], Verdict.passed
        ),
        // A range, with a comment of several words.
        (
            [
                "-A INPUT -p udp -m udp --dport 51000:52000 -m comment --comment \"the mesh is here\" -j ACCEPT",
                "-A INPUT -p tcp -m tcp --dport 6443 -m comment --comment api -j ACCEPT",
                "-A INPUT -j DROP",
            ], .passed
        ),
        // ufw: policies and chains of its own.
        (
            [
                ":INPUT DROP [0:0]", "-A INPUT -j ufw-before-input", "-A INPUT -j ufw-user-input",
                "-A ufw-before-input -i lo -j ACCEPT",
                "-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A ufw-user-input -p udp -m udp --dport 51820 -j ACCEPT",
                "-A ufw-user-input -p tcp -m tcp --dport 6443 -j ACCEPT",
            ], .passed
        ),
        (
            [
                ":INPUT DROP [0:0]", "-A INPUT -j ufw-user-input",
                "-A ufw-user-input -p udp -m udp --dport 51820 -j ACCEPT",
            ], .failed
        ),
        // Only for one source: the others are refused.
        ([":INPUT DROP [0:0]", "-A INPUT -s 203.0.113.12/32 -j ACCEPT"], .failed),
        // Somebody else's DROP, for a match that is not understood.
        (["-A INPUT -m mark --mark 0x8000/0x8000 -j DROP"], .passed),
        // Chains that call each other for ever.
        (["-A INPUT -j a", "-A a -j b", "-A b -j a"], .passed),
        (
            ["-A INPUT -j", "-A", ":", "-A INPUT -p", "-A INPUT -m comment --comment \"open"],
            .passed
        ),
        ([":FORWARD DROP [0:0]"], .warning),
    ])
    func `a rule set lets the mesh through or not`(rules: [String], verdict: Verdict) throws {
        let finding = try judged(rules)
        #expect(finding.verdict == verdict, "\(finding)")
    }

    private func judged(_ rules: [String]) throws -> Finding {
        var cluster = try Cluster()
        cluster.seen[cluster.server]?.packetFilter = rules
        return try #require(
            cluster.findings().first { $0.check == .firewall && $0.host == cluster.server }
        )
    }
}
