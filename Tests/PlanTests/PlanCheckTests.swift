import Plan
import Testing

/// The rules across a plan, by the pointers of what they find.
struct PlanCheckTests {
    @Test func `a sound plan has no findings`() throws {
        #expect(PlanCheck.findings(in: try facts()).isEmpty)
    }

    @Test func `what could not be read breaks no rule`() throws {
        let nothing = PlanFacts(hosts: [.init(), .init(), .init()])
        #expect(PlanCheck.findings(in: nothing).isEmpty)
        var roleless = try facts()
        roleless.hosts[0].role = nil
        #expect(PlanCheck.findings(in: roleless).isEmpty)
    }

    @Test func `one server, or three`() throws {
        var none = try facts()
        none.hosts[0].role = .agent
        #expect(pointers(none) == ["/hosts"])
        var three = try facts()
        for position in three.hosts.indices { three.hosts[position].role = .server }
        #expect(pointers(three) == [])
    }

    @Test func `several servers are odd in number and stand in one region`() throws {
        var facts = try facts()
        for position in 0..<2 { facts.hosts[position].role = .server }
        #expect(messages(facts).contains { $0.contains("2 servers, an even number") })
        for position in facts.hosts.indices { facts.hosts[position].role = .server }
        #expect(!messages(facts).contains { $0.contains("even number") })
        facts.hosts[0].region = "japan"
        facts.hosts[2].region = "seoul"
        #expect(pointers(facts).contains("/hosts/2/topology/region"))
        facts.allowWanEtcd = true
        #expect(!pointers(facts).contains("/hosts/2/topology/region"))
        facts.allowWanEtcd = false
        facts.hosts[2].role = .agent
        facts.hosts[1].role = .agent
        #expect(pointers(facts).isEmpty)
    }

    @Test func `ids and hostnames are used once`() throws {
        var facts = try facts()
        facts.hosts[1].id = facts.hosts[0].id
        facts.hosts[1].hostname = facts.hosts[0].hostname
        facts.hosts[2].hostname = facts.hosts[0].hostname
        #expect(pointers(facts) == ["/hosts/1/id", "/hosts/2/hostname"])
    }

    @Test func `an address belongs to one host, whatever it is called there`() throws {
        var facts = try facts()
        facts.hosts[1].internalAddress = try IPv4Address(parsing: "10.0.0.5")
        facts.hosts[2].internalAddress = try IPv4Address(parsing: "10.0.0.5")
        #expect(pointers(facts) == ["/hosts/2/addresses/internal"])
        facts.hosts[2].internalAddress = facts.hosts[0].publicAddress
        #expect(pointers(facts) == ["/hosts/2/addresses/internal"])
        facts.hosts[2].internalAddress = facts.hosts[2].publicAddress
        #expect(pointers(facts).isEmpty)
    }

    @Test func `a host behind NAT is no server and says its own address`() throws {
        var facts = try facts()
        facts.hosts[0].behindNAT = true
        facts.hosts[0].internalAddress = try IPv4Address(parsing: "10.0.0.5")
        facts.hosts[1].behindNAT = true
        #expect(pointers(facts) == ["/hosts/0/behindNAT", "/hosts/1/addresses/internal"])
    }

    @Test func `blocks are disjoint, and a default is not to blame`() throws {
        var facts = try facts()
        facts.networks[0].block = try IPv4Network(parsing: "10.0.0.0/8", prefixes: 0...32)
        #expect(pointers(facts) == ["/k3s/serviceCIDR", "/mesh/subnet"])
        facts.networks[1].isStated = false
        facts.networks[2].isStated = false
        #expect(pointers(facts) == ["/k3s/clusterCIDR"])
    }

    @Test func `blocks have room for the hosts and hold none of them`() throws {
        var facts = try facts()
        facts.networks[0].block = try IPv4Network(parsing: "10.42.0.0/23", prefixes: 0...32)
        facts.networks[2].block = try IPv4Network(parsing: "203.0.113.12/31", prefixes: 0...32)
        #expect(
            pointers(facts) == [
                "/hosts/1/addresses/public", "/hosts/2/addresses/public", "/k3s/clusterCIDR",
                "/mesh/subnet",
            ]
        )
    }

    private func messages(_ facts: PlanFacts) -> [String] {
        PlanCheck.findings(in: facts).map(\.complaint.message)
    }

    private func pointers(_ facts: PlanFacts) -> [String] {
        PlanCheck.findings(in: facts).map(\.pointer.description).sorted()
    }

    private func facts() throws -> PlanFacts {
        let hosts = try [(HostRole.server, "japan"), (.agent, "seoul"), (.agent, "chuncheon")]
            .enumerated().map { position, host in
                let address = try IPv4Address(parsing: "203.0.113.1\(position + 1)")
                return PlanFacts.Host(
                    id: HostID(host.1),
                    hostname: host.1,
                    role: host.0,
                    publicAddress: address,
                    internalAddress: address,
                    behindNAT: false
                )
            }
        let blocks = try zip(
            PlanFacts.NetworkUse.allCases,
            ["10.42.0.0/16", "10.43.0.0/16", "10.4.0.0/16"]
        ).map { use, text in
            PlanFacts.Network(use, try IPv4Network(parsing: text, prefixes: use.prefixes))
        }
        return PlanFacts(hosts: hosts, networks: blocks)
    }
}
