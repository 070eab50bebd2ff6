import Daemon
import FoundationEssentials
import GRPCCore
import Plan
import Protocol
import SimulatedHost
import SwiftProtobuf
import Testing
import Trust

@testable import Agent

@Suite(.timeLimit(.minutes(4))) struct EnrollmentTests {
    @Test func `a token becomes a credential and settings`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.enrollment.set(issuing(from: coordinator.authority))
            let token = coordinator.token()
            let state = try await enroll(coordinator, token: token, into: folder)
            #expect(state.settings.cluster == TestCoordinator.cluster)
            #expect(state.settings.node == TestCoordinator.node)
            #expect(state.settings.port == coordinator.port)

            let stored = try #require(try AgentState.load(folder))
            #expect(stored.settings == state.settings)
            #expect(stored.credential == state.credential)
            let key = try FileManager.default.attributesOfItem(atPath: "\(folder)/key.pem")
            #expect(key[.posixPermissions] as? Int == 0o600)
            let heard = try #require(coordinator.enrollment.heard.all.first)
            #expect(Secret(heard.token) == token.text())
            #expect(heard.facts.simulated)

            let status = try #require(try AgentStatus.read(folder))
            #expect(status.node == "kube-seoul")
            #expect(status.unfinished.isEmpty && status.unreported.isEmpty)
            #expect(status.certificateExpires > WallClock.now())
        }
    }

    @Test func `an enrolled machine is not enrolled again unless forced`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.enrollment.set(issuing(from: coordinator.authority))
            let first = try await enroll(coordinator, token: coordinator.token(), into: folder)
            let refusal = await failure {
                _ = try await enroll(coordinator, token: coordinator.token(), into: folder)
            }
            #expect(refusal?.message.contains("enrolled already: node kube-seoul") == true)
            #expect(refusal?.remedy.contains("--force") == true)
            #expect(coordinator.enrollment.heard.all.count == 1)
            let second = try await enroll(
                coordinator,
                token: coordinator.token(),
                into: folder,
                replacing: true
            )
            #expect(second.credential.key != first.credential.key)
        }
    }

    @Test func `after a lost answer the same key asks again`() async throws {
        try await withCoordinator { coordinator, folder in
            let good = issuing(from: coordinator.authority)
            let token = coordinator.token()
            coordinator.enrollment.set { _ in
                throw RPCError(code: .unavailable, message: "the answer was lost")
            }
            _ = await failure { _ = try await enroll(coordinator, token: token, into: folder) }
            coordinator.enrollment.set(good)
            let state = try await enroll(coordinator, token: token, into: folder)
            let first = try #require(coordinator.enrollment.heard.all.first)
            let issued = try Certificate(pem: good(first).certificate)
            let kept = try Certificate(pem: state.credential.certificate)
            #expect(issued.publicKeySHA256 == kept.publicKeySHA256)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!names.contains { $0.hasPrefix("enrolling") })
        }
    }

    @Test func `a machine that cannot write shows its token to nobody`() async throws {
        try await withCoordinator { coordinator, _ in
            coordinator.enrollment.set(issuing(from: coordinator.authority))
            let refusal = await failure {
                _ = try await enroll(
                    coordinator,
                    token: coordinator.token(),
                    into: "/proc/isthmus"
                )
            }
            #expect(refusal?.message.contains("cannot keep a credential") == true)
            #expect(coordinator.enrollment.heard.all.isEmpty)
        }
    }

    @Test func `a token that the coordinator refuses is explained in its words`() async throws {
        try await withCoordinator { coordinator, folder in
            coordinator.enrollment.set { _ in
                throw RPCError(code: .permissionDenied, message: "the token was used already")
            }
            let refusal = await failure {
                _ = try await enroll(coordinator, token: coordinator.token(), into: folder)
            }
            #expect(
                refusal?.message.contains("refused the token: the token was used already") == true
            )
            try #expect(AgentState.load(folder) == nil)
        }
    }

    @Test func `a coordinator that is down is named`() async throws {
        try await withCoordinator { coordinator, folder in
            await coordinator.stop()
            let refusal = await failure {
                _ = try await enroll(coordinator, token: coordinator.token(), into: folder)
            }
            #expect(
                refusal?.message.contains("127.0.0.1:\(coordinator.port) cannot be reached") == true
            )
            #expect(refusal?.remedy.contains("coordinator token create") == true)
        }
    }

    @Test func `a coordinator of another authority is never told the token`() async throws {
        try await withCoordinator { coordinator, folder in
            let stranger = try CertificateAuthority.create(
                cluster: TestCoordinator.cluster,
                now: WallClock.now()
            )
            var generator = SystemRandomNumberGenerator()
            let token = JoinToken.generate(
                authorityPin: stranger.certificate.publicKeySHA256,
                using: &generator
            )
            let refusal = await failure {
                _ = try await enroll(coordinator, token: token, into: folder)
            }
            #expect(refusal?.message.contains("made by another coordinator") == true)
            #expect(refusal?.remedy.contains("coordinator token create") == true)
            #expect(coordinator.enrollment.heard.all.isEmpty)
            try #expect(AgentState.load(folder) == nil)
        }
    }

    @Test func `answers that do not fit are refused and nothing is stored`() async throws {
        try await withCoordinator { coordinator, folder in
            let good = issuing(from: coordinator.authority)
            let stranger = try CertificateAuthority.create(
                cluster: TestCoordinator.cluster,
                now: WallClock.now()
            )
            let key = try PrivateKey.generate()
            let ownRequest = try CertificateRequest.make(commonName: "x", key: key)
            let wrong:
                [@Sendable (inout WireEnrollRequest, inout WireEnrollResponse) throws -> Void] = [
                    { _, answer in answer.nodeID = "../x" },
                    { _, answer in answer.nodeID = "another-node" },
                    { _, answer in answer.cluster = "another-cluster" },
                    { _, answer in answer.certificate = "no certificate" },
                    { _, answer in answer.certificateAuthority = stranger.certificate.pem },
                    { request, answer in
                        request.certificateRequest = ownRequest.pem
                        answer = try good(request)
                    },
                ]
            for change in wrong {
                coordinator.enrollment.set { request in
                    var request = request
                    var answer = try good(request)
                    try change(&request, &answer)
                    return answer
                }
                let refusal = await failure {
                    _ = try await enroll(coordinator, token: coordinator.token(), into: folder)
                }
                #expect(refusal?.message.contains("the coordinator answered with") == true)
                try #expect(AgentState.load(folder) == nil)
            }
        }
    }

    private func enroll(
        _ coordinator: TestCoordinator,
        token: JoinToken,
        into folder: String,
        replacing: Bool = false
    ) async throws -> AgentState {
        let host = try SimulatedHost(id: "kube-seoul", internet: SimulatedInternet())
        return try await Enrollment.enroll(
            host: "127.0.0.1",
            port: coordinator.port,
            token: token,
            machine: SimulatedReporter(host),
            stateDirectory: folder,
            replacing: replacing
        )
    }

    private func issuing(
        from authority: CertificateAuthority
    ) -> @Sendable (WireEnrollRequest) throws -> WireEnrollResponse {
        { request in
            let node = try #require(TestCoordinator.node)
            let issued = try authority.issue(
                CertificateRequest(pem: request.certificateRequest),
                to: .agent(cluster: TestCoordinator.cluster, id: node),
                now: WallClock.now()
            )
            return .with {
                $0.cluster = TestCoordinator.cluster
                $0.nodeID = "\(node)"
                $0.certificate = issued.pem
                $0.certificateAuthority = authority.certificate.pem
            }
        }
    }

    private func failure(_ body: () async throws -> Void) async -> AgentFailure? {
        do {
            try await body()
            return nil
        } catch {
            return error as? AgentFailure
        }
    }
}

extension TestCoordinator {
    /// A token of this coordinator's authority.
    fileprivate func token() -> JoinToken {
        var generator = SystemRandomNumberGenerator()
        return JoinToken.generate(
            authorityPin: authority.certificate.publicKeySHA256,
            using: &generator
        )
    }
}
