import Plan
import SimulatedHost
import Steps
import Testing

/// A `node-ip` that the machine does not have.
struct NodeAddressTests {
    private let node = NodeRegistration(
        name: "kube-seoul",
        internalAddress: "203.0.113.12",
        publicAddress: "203.0.113.12"
    )

    private var steps: [any Step] {
        [
            RunK3sAgent(version: "v1", serverAddress: "203.0.113.11", node: node),
            RunK3sServer(node: node, settings: K3sSettings(version: "v1")),
        ]
    }

    private func context(_ addresses: [String]) throws -> StepContext {
        let facts = HostFacts(
            hostname: "debian",
            architecture: .amd64,
            kernelWireGuard: true,
            addresses: addresses
        )
        let host = try SimulatedHost(id: "one", internet: SimulatedInternet(), facts: facts)
        return StepContext(host: host, artifacts: FixedSource())
    }

    @Test func `a translated public address is refused before anything is done`() async throws {
        let context = try context(["2001:db8::7", "198.51.100.9", "172.31.4.5"])
        for step in steps {
            for outcome in [
                await StepRun.check(step, context), await StepRun.apply(step, context),
            ] {
                let failure = try #require(outcome.failure)
                #expect(failure.isPermanent)
                #expect(failure.message.contains("kube-seoul has the address 203.0.113.12"))
                #expect(failure.message.contains("1:1 NAT"))
                #expect(
                    failure.details == ["the machine has: 2001:db8::7, 198.51.100.9, 172.31.4.5"]
                )
                #expect(
                    failure.remedy.contains(
                        #""addresses": {"internal": "172.31.4.5"} for kube-seoul in the plan"#
                    )
                )
            }
        }
        #expect(try await context.host.read("/etc/rancher/k3s/config.yaml") == nil)
    }

    @Test(arguments: [["10.0.0.5", "203.0.113.12"], []])
    func `an address that is there, or machines that name none, pass`(
        addresses: [String]
    ) async throws {
        let context = try context(addresses)
        for step in steps {
            #expect(await StepRun.check(step, context).failure == nil)
        }
    }
}
