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
        var isDemanded = false
        var isRenewing = false
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
            let due = state.isDemanded ? 0 : state.certificate.notBefore + life / 3 * 2
            return now >= max(state.notBefore, due)
        }
    }

    /// The coordinator wants the certificate to be renewed, however young it is.
    func demand() {
        state.withLock { state in
            state.isDemanded = true
            state.notBefore = 0
        }
    }

    /// Whether the certificate was issued by the authority with this key, which must be believed.
    func isIssued(by pin: String) -> Bool {
        let (credential, certificate) = state.withLock { ($0.credential, $0.certificate) }
        return (try? AuthorityBundle(pem: credential.authorities))?.issuer(of: certificate) == pin
    }

    /// Believes other authorities from the next connection on, if that can be, and stores it; the
    /// certificate stays. Returns the keys of those that are believed then, and whether they are
    /// others than before.
    func adopt(_ authorities: String) throws -> (pins: [String], isNew: Bool) {
        try state.withLock { state in
            let bundle = try TrustedAuthorities.check(
                authorities,
                replacing: state.credential.authorities,
                cluster: identity.cluster
            )
            guard bundle.pem != state.credential.authorities else { return (bundle.pins, false) }
            var credential = state.credential
            credential.authorities = bundle.pem
            try credential.store(in: directory)
            state.credential = credential
            return (bundle.pins, true)
        }
    }

    /// Asks for a certificate and stores it. Fails without a change where that does not work, and is
    /// not due again for a while. Does nothing while it is at it already: of two certificates the
    /// coordinator would know only one.
    func renew(over client: CoordinatorClient, now: Int64) async throws {
        let isFree = state.withLock { state in
            defer { state.isRenewing = true }
            return !state.isRenewing
        }
        guard isFree else { return }
        defer { state.withLock { $0.isRenewing = false } }
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
        let secret = try key.pem()
        try state.withLock { state in
            let credential = Credential(
                certificate: answer.certificate,
                key: secret,
                authorities: try TrustedAuthorities.holding(
                    certificate,
                    now: state.credential.authorities,
                    answered: answer.certificateAuthority,
                    cluster: identity.cluster
                )
            )
            try credential.store(in: directory)
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
