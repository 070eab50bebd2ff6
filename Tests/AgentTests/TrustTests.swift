import Daemon
import GRPCTransport
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Agent

/// An agent that is told whom to believe.
@Suite(.timeLimit(.minutes(4))) struct TrustTests {
    private func authority(_ cluster: String = TestCoordinator.cluster) throws -> Certificate {
        try CertificateAuthority.create(cluster: cluster, now: WallClock.now()).certificate
    }

    private func bundle(
        _ authorities: [Certificate],
        signer: Certificate
    ) -> WireCoordinatorMessage {
        .with {
            $0.trust.authorities = authorities.map(\.pem).joined()
            $0.trust.signer = signer.publicKeySHA256
        }
    }

    @Test func `what it believes is stored beside its own key and certificate, and told`()
        async throws
    {
        try await withCoordinator { coordinator, folder in
            let before = try coordinator.state(in: folder)
            let agent = try AgentUnderTest(before)
            _ = try await coordinator.service.heard.hello()
            let (old, new) = (coordinator.authority.certificate, try authority())
            coordinator.service.send(bundle([old, new], signer: old))
            let report = try await coordinator.service.heard.element {
                !$0.trust.authorities.isEmpty
            }
            #expect(report.trust.authorities == [old, new].map(\.publicKeySHA256))
            let stored = try #require(try AgentState.load(folder)).credential
            #expect(stored.authorities == old.pem + new.pem)
            #expect(stored.certificate == before.credential.certificate)
            #expect(stored.key == before.credential.key)
            #expect(coordinator.service.peers.all.count == 1)
            await agent.stop()
        }
    }

    @Test func `it renews when another signs, and comes back with the new certificate`()
        async throws
    {
        try await withCoordinator { coordinator, folder in
            let now = WallClock.now()
            let incoming = try CertificateAuthority.create(
                cluster: TestCoordinator.cluster,
                now: now
            )
            let node = try #require(TestCoordinator.node)
            // The service keeps what answers for it, and must not keep the coordinator.
            let own = coordinator.authority.certificate.pem
            coordinator.service.set {
                $0.renew = { request in
                    let issued = try incoming.issue(
                        CertificateRequest(pem: request.certificateRequest),
                        to: .agent(cluster: TestCoordinator.cluster, id: node),
                        now: now
                    )
                    // An answer that is older than the bundle takes nothing away.
                    return .with {
                        $0.certificate = issued.pem
                        $0.certificateAuthority = own
                    }
                }
            }
            let agent = try AgentUnderTest(try coordinator.state(in: folder))
            _ = try await coordinator.service.heard.hello()
            let (old, new) = (coordinator.authority.certificate, incoming.certificate)
            coordinator.service.send(bundle([old, new], signer: new))
            // Between its two files a pair does not fit, and cannot be read.
            while (try? AgentState.load(folder))?.credential.certificate.isIssued(by: new) != true {
                try await Task.sleep(for: .milliseconds(10))
            }
            let stored = try #require(try AgentState.load(folder)).credential
            #expect(stored.authorities == old.pem + new.pem)
            await agent.stop()
        }
    }

    @Test func `bundles that would lose the coordinator are refused`() async throws {
        try await withCoordinator { coordinator, folder in
            let before = try coordinator.state(in: folder)
            let agent = try AgentUnderTest(before)
            _ = try await coordinator.service.heard.hello()
            let old = coordinator.authority.certificate
            let strange = try authority("other")
            let renewal = try Renewal(of: before, logger: .silent)
            for pem in ["", "text", try authority().pem, old.pem + strange.pem, old.pem + old.pem] {
                #expect(throws: AgentFailure.self) { try renewal.adopt(pem) }
                coordinator.service.send(.with { $0.trust.authorities = pem })
            }
            // Only the newest of several is looked at; this one is good, and comes last.
            coordinator.service.send(bundle([old], signer: old))
            _ = try await coordinator.service.heard.element { !$0.trust.authorities.isEmpty }
            #expect(try AgentState.load(folder)?.credential == before.credential)
            await agent.stop()
        }
    }
}

extension String {
    fileprivate func isIssued(by authority: Certificate) -> Bool {
        (try? Certificate(pem: self))?.isIssued(by: authority) == true
    }
}
