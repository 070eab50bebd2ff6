import GRPCCore
import GRPCTransport
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Trust

/// Keeps the certificate young: from two thirds of its life on it asks for another, for a new key,
/// and stores both. Connections made afterwards use them.
final class Renewal: Sendable {
    /// Milliseconds between one vain attempt and the next.
    static let pause: Int64 = 600_000

    private struct State {
        var credential: Credential
        var certificate: Certificate
        var notBefore: Int64 = 0
    }

    private let directory: String
    private let identity: SPIFFEIdentity
    private let state: Mutex<State>

    /// Fails where the credential's certificate cannot be read.
    init(of agent: AgentState) throws(TrustFailure) {
        directory = agent.directory
        identity = agent.settings.identity
        let certificate = try Certificate(pem: agent.credential.certificate)
        state = Mutex(State(credential: agent.credential, certificate: certificate))
    }

    /// The newest one.
    var credential: Credential { state.withLock { $0.credential } }

    /// When the newest certificate expires, in milliseconds since 1970.
    var expires: Int64 { state.withLock { $0.certificate.notAfter } }

    /// Whether it is time, at milliseconds since 1970.
    func isDue(at now: Int64) -> Bool {
        state.withLock { state in
            let life = state.certificate.notAfter - state.certificate.notBefore
            return now >= max(state.notBefore, state.certificate.notBefore + life / 3 * 2)
        }
    }

    /// Asks for a certificate and stores it. Fails without a change where that does not work, and is
    /// not due again for a while.
    func renew(over client: CoordinatorClient, now: Int64) async throws {
        state.withLock { $0.notBefore = now + Self.pause }
        let key = try PrivateKey.generate()
        let request = try CertificateRequest.make(commonName: identity.uri, key: key)
        let answer = try await client.renew(
            .with { $0.certificateRequest = request.pem },
            options: .deadline(.seconds(60))
        )
        let certificate = try IssuedCertificate.check(
            answer.certificate,
            key: key,
            identity: identity,
            now: now
        )
        let credential = Credential(
            certificate: answer.certificate,
            key: try key.pem(),
            authorities: answer.certificateAuthority
        )
        try credential.store(in: directory)
        state.withLock { state in
            state = State(credential: credential, certificate: certificate)
        }
    }
}

extension CallOptions {
    /// A call that gives up after a time.
    static func deadline(_ timeout: Duration) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        return options
    }
}
