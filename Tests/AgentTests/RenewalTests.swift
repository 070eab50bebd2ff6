import Daemon
import GRPCTransport
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Agent

@Suite(.timeLimit(.minutes(4))) struct RenewalTests {
    static let day: Int64 = 86_400_000

    @Test func `an old certificate is renewed, stored, and shown to the coordinator`() async throws
    {
        try await withCoordinator { coordinator, folder in
            let now = WallClock.now()
            let authority = coordinator.authority
            let identity = try identity()
            coordinator.service.set {
                $0.renew = { request in
                    let issued = try authority.issue(
                        CertificateRequest(pem: request.certificateRequest),
                        to: identity,
                        now: now
                    )
                    return .with {
                        $0.certificate = issued.pem
                        $0.certificateAuthority = authority.certificate.pem
                    }
                }
            }
            let old = try coordinator.state(in: folder, since: now - 21 * Self.day)
            let agent = try AgentUnderTest(old)
            let first = try await coordinator.service.peers.element { _ in true }
            let second = try await coordinator.service.peers.element(2) { _ in true }
            #expect(second.serial != first.serial)
            #expect(second.certificateExpires > now + 29 * Self.day)
            #expect(second.uris == [identity.uri])
            let stored = try #require(try AgentState.load(folder))
            let certificate = try Certificate(pem: stored.credential.certificate)
            #expect(certificate.notAfter == second.certificateExpires)
            #expect(stored.credential.key != old.credential.key)
            await agent.stop()
        }
    }

    @Test func `a certificate for someone else is refused and the old one stays`() async throws {
        try await withCoordinator { coordinator, folder in
            let now = WallClock.now()
            let authority = coordinator.authority
            coordinator.service.set {
                $0.healthInterval = 100
                $0.renew = { request in
                    let issued = try authority.issue(
                        CertificateRequest(pem: request.certificateRequest),
                        to: .operator(cluster: TestCoordinator.cluster, name: "mallory"),
                        now: now
                    )
                    return .with {
                        $0.certificate = issued.pem
                        $0.certificateAuthority = authority.certificate.pem
                    }
                }
            }
            let old = try coordinator.state(in: folder, since: now - 21 * Self.day)
            let agent = try AgentUnderTest(old)
            _ = try await coordinator.service.heard.element(3) { $0.health.at > 0 }
            let stored = try #require(try AgentState.load(folder))
            #expect(stored.credential == old.credential)
            #expect(coordinator.service.peers.all.count == 1)
            await agent.stop()
        }
    }

    @Test(arguments: [(0, false), (19, false), (20, true), (31, true)] as [(Int64, Bool)])
    func `renewal is due at two thirds of a certificate's life`(
        days: Int64,
        isDue: Bool
    ) async throws {
        try await withCoordinator { coordinator, folder in
            let now = WallClock.now()
            let state = try coordinator.state(in: folder, since: now - days * Self.day - 60_000)
            #expect(try Renewal(of: state, logger: .silent).isDue(at: now) == isDue)
        }
    }

    private func identity() throws -> SPIFFEIdentity {
        let node = try #require(TestCoordinator.node)
        return .agent(cluster: TestCoordinator.cluster, id: node)
    }
}
