import Daemon
import GRPCCore
import GRPCTransport
import Logging
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Trust

/// Keeps the certificate young: from two thirds of its life on it asks for another, for a new key,
/// and stores both. Takes up what others put into its place, too. Connections made afterwards use it.
final class Renewal: Sendable {
    /// Milliseconds between one vain attempt and the next.
    static let pause: Int64 = 600_000
    /// Between two looks at the files.
    static let lookInterval = Duration.seconds(3)

    private struct State {
        var credential: Credential
        var certificate: Certificate
        var notBefore: Int64 = 0
        var watch: CredentialWatch
        var isDemanded = false
        var isRenewing = false
    }

    private let directory: String
    private let identity: SPIFFEIdentity
    private let logger: Logger
    private let state: Mutex<State>
    private let change: AsyncStream<Void>.Continuation
    private let changes: AsyncStream<Void>

    /// Fails where the credential's certificate cannot be read.
    init(of agent: AgentState, logger: Logger) throws(TrustFailure) {
        directory = agent.directory
        identity = agent.settings.identity
        self.logger = logger
        let certificate = try Certificate(pem: agent.credential.certificate)
        let watch = CredentialWatch(directory: agent.directory, identity: identity)
        state = Mutex(
            State(credential: agent.credential, certificate: certificate, watch: watch)
        )
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The newest one.
    var credential: Credential { state.withLock { $0.credential } }

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

    /// Says so whenever there is another credential, until the task is cancelled. For one caller.
    func tellChanges(_ tell: @Sendable () -> Void) async {
        for await _ in changes { tell() }
    }

    /// Asks for a certificate and stores it, if it is time. Without a change where that does not work;
    /// then it is not due again for a while.
    func renewIfDue(over client: CoordinatorClient) async {
        let now = WallClock.now()
        guard isDue(at: now) else { return }
        do {
            try await renew(over: client, now: now)
            logger.log(.notice, "certificate renewed", [.expires: "\(expires)"])
        } catch {
            logger.log(
                .warning,
                "the certificate could not be renewed; it is tried again",
                [.reason: "\(error)", .expires: "\(expires)"]
            )
        }
    }

    /// Looks at the files every few seconds, until the task is cancelled.
    func watchFiles() async {
        while (try? await Task.sleep(for: Self.lookInterval)) != nil { look() }
    }

    /// Takes up a credential that was put into the files, if it is sound.
    func look() {
        let finding = state.withLock { state in
            let finding = state.watch.look(known: state.credential, now: WallClock.now())
            if case .changed(let credential, let certificate) = finding {
                state.credential = credential
                state.certificate = certificate
                state.notBefore = 0
            }
            return finding
        }
        switch finding {
        case .same: break
        case .changed(_, let certificate):
            logger.log(
                .notice,
                "another certificate lies in the state directory and is used from now on",
                [.path: directory, .expires: "\(certificate.notAfter)"]
            )
            change.yield()
        case .unusable(let reason):
            logger.log(
                .warning,
                "the credential in the state directory cannot be used; the one before stays in use",
                [.path: directory, .reason: reason]
            )
        }
    }

    private var expires: Int64 { state.withLock { $0.certificate.notAfter } }

    /// Asks for a certificate and stores it. Fails without a change where that does not work, and is
    /// not due again for a while. Does nothing while it is at it already: of two certificates the
    /// coordinator would know only one.
    private func renew(over client: CoordinatorClient, now: Int64) async throws {
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
            // Within the lock, so that a look at the files finds the old pair or the new one known.
            try credential.store(in: directory)
            state.credential = credential
            state.certificate = certificate
            state.notBefore = 0
            state.isDemanded = false
        }
        change.yield()
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
