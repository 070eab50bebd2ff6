import GRPCTransport
import Plan
import Testing

@testable import Coordinator

@Suite struct AuthorizationTests {
    let authorization = Authorization(cluster: "test", demand: { _, _ in })

    @Test func `certificates name agents and operators of this cluster`() throws {
        let seoul = try #require(HostID("seoul"))
        #expect(
            try authorization.caller(uris: ["spiffe://test/agent/seoul"], serial: "07", on: .h2)
                == .agent(CallingAgent(node: seoul, serial: "07"))
        )
        #expect(
            try authorization.caller(uris: ["spiffe://test/operator/admin"], on: .h2)
                == .operator("admin")
        )
        #expect(try authorization.caller(uris: [], on: .enrollment) == .newcomer)
    }

    @Test(arguments: [
        [], ["spiffe://other/agent/seoul"], ["spiffe://test/coordinator"], ["spiffe://test/agent/"],
        ["spiffe://test/agent/a/b"], ["https://test/agent/seoul"],
        ["spiffe://test/agent/seoul", "spiffe://test/operator/admin"],
    ])
    func `other certificates speak for nobody`(uris: [String]) {
        #expect(throws: ServiceFailure.self) { try authorization.caller(uris: uris, on: .h2) }
    }

    @Test func `a certificate has no place in an enrolment`() {
        #expect(throws: ServiceFailure.self) {
            try authorization.caller(uris: ["spiffe://test/operator/admin"], on: .enrollment)
        }
    }

    @Test func `each role reaches its services and no other`() throws {
        let agent = Caller.agent(
            CallingAgent(node: try #require(HostID("seoul")), serial: "01")
        )
        let allowed: [String: [Caller]] = [
            "isthmus.v1.Enrollment": [.newcomer],
            "isthmus.v1.AgentLink": [agent],
            "isthmus.v1.Operator": [.operator("admin")],
            "grpc.health.v1.Health": [agent, .operator("admin")],
            "grpc.reflection.v1.ServerReflection": [agent, .operator("admin")],
            "test.Nothing": [],
        ]
        for (service, callers) in allowed {
            for caller in [Caller.newcomer, agent, .operator("admin")] {
                let isAllowed = (try? authorization.admit(caller, to: service)) != nil
                #expect(isAllowed == callers.contains(caller), "\(caller) at \(service)")
            }
        }
    }
}
