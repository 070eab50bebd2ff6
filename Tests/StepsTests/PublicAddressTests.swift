import Plan
import SimulatedHost
import Steps
import Testing

/// A server whose cloud does not bring its packets back to it.
struct PublicAddressTests {
    private static func server(_ cluster: SmallCluster, broken: Bool) -> SimulatedHost {
        let machine = cluster.host(ThreeClouds.japan)
        machine.faults.hairpinBroken = broken
        return machine
    }

    @Test func `with the address on an interface the server reaches itself`() async throws {
        let cluster = try SmallCluster()
        let machine = Self.server(cluster, broken: true)
        try await cluster.run()
        #expect(cluster.outcomes.allSatisfy { $0.1.failure == nil })
        let commands = machine.commands.map(\.argv)
        #expect(commands.contains(["systemctl", "daemon-reload"]))
        let unit = try #require(
            try await cluster.text(
                "/etc/systemd/system/isthmus-public-address.service",
                on: ThreeClouds.japan
            )
        )
        #expect(unit.contains("ip address replace 203.0.113.11/32 dev isthmus0\n"))
        #expect(unit.contains("\nBefore=k3s.service\n"))
    }

    @Test func `without it the server's step names the field of the plan that helps`() async throws
    {
        let cluster = try SmallCluster()
        _ = Self.server(cluster, broken: true)
        try await cluster.run(upTo: "kube-japan.public-address")
        let failure = await cluster.run(try cluster.step("kube-japan.k3s-server")).failure
        #expect(failure?.message.contains("cannot reach its own API at 203.0.113.11:6443") == true)
        #expect(failure?.remedy.contains("\"hairpin\": \"interface\" under \"k3s\"") == true)
    }

    @Test func `an address that the machine has anyway is left alone`() async throws {
        let facts = HostFacts(
            hostname: "direct",
            architecture: .amd64,
            kernelWireGuard: true,
            addresses: ["203.0.113.11"]
        )
        let host = try SimulatedHost(id: "direct", internet: SimulatedInternet(), facts: facts)
        let context = StepContext(host: host, artifacts: FixedSource())
        let outcome = await StepRun.apply(HoldPublicAddress(address: "203.0.113.11"), context)
        #expect(outcome.isUnchanged)
        #expect(host.commands.isEmpty)
    }
}
