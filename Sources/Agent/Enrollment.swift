import Daemon
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import SwiftProtobuf
public import Trust

/// How a machine becomes a node: a join token against a certificate.
public enum Enrollment {
    /// How long the coordinator may take, connecting included.
    public static let limit = Duration.seconds(30)

    /// Exchanges the token for a credential and stores it in the state directory. The key is made
    /// here and never leaves this machine; the coordinator is known by the token's pin. Refuses
    /// where an agent is enrolled already, unless `replacing` it. On failure nothing is stored but
    /// the key, which the next attempt takes up: the coordinator answers it again.
    public static func enroll(
        host: String,
        port: UInt16,
        token: JoinToken,
        machine: any MachineReporter,
        stateDirectory: String,
        replacing: Bool = false
    ) async throws(AgentFailure) -> AgentState {
        if !replacing, let known = try AgentState.load(stateDirectory) {
            throw alreadyEnrolled(known.settings, in: stateDirectory)
        }
        let waiting = try WaitingKey(in: stateDirectory)
        let key = waiting.key
        let request: CertificateRequest
        do {
            request = try CertificateRequest.make(commonName: "isthmus-agent", key: key)
        } catch {
            throw AgentFailure("a certificate request cannot be made: \(error)")
        }
        let facts = await machine.signedFacts()
        let message = WireEnrollRequest.with {
            $0.token = String(decoding: token.text().reveal(), as: UTF8.self)
            $0.certificateRequest = request.pem
            $0.facts = facts
        }
        let coordinator = PinnedCoordinator(host: host, port: port, pin: token.authorityPin)
        let answer = try await coordinator.ask(message)
        let state = try state(from: answer, key: key, at: coordinator, in: stateDirectory)
        try state.store()
        waiting.discard()
        return state
    }

    private static func alreadyEnrolled(
        _ settings: AgentSettings,
        in directory: String
    ) -> AgentFailure {
        AgentFailure(
            "this machine is enrolled already: node \(settings.node) of cluster"
                + " \(settings.cluster), coordinator \(settings.coordinator) (\(directory))",
            remedy: "To enrol it anew, stop the agent and add --force."
        )
    }

    private static func state(
        from answer: WireEnrollResponse,
        key: PrivateKey,
        at coordinator: PinnedCoordinator,
        in directory: String
    ) throws(AgentFailure) -> AgentState {
        guard let node = HostID(answer.nodeID), RFC1123.isLabel(answer.cluster) else {
            throw AgentFailure("the coordinator answered with malformed names")
        }
        let settings = AgentSettings(
            cluster: answer.cluster,
            node: node,
            host: coordinator.host,
            port: coordinator.port
        )
        let certificate = try IssuedCertificate.check(
            answer.certificate,
            key: key,
            identity: settings.identity,
            now: WallClock.now()
        )
        guard let bundle = try? AuthorityBundle(pem: answer.certificateAuthority),
            bundle.pins.contains(coordinator.pin), bundle.speaks(for: answer.cluster)
        else {
            throw AgentFailure("the coordinator answered with an authority that is not the token's")
        }
        guard bundle.issuer(of: certificate) != nil else {
            throw AgentFailure(
                "the coordinator answered with a certificate of an unknown authority"
            )
        }
        guard let secret = try? key.pem() else {
            throw AgentFailure("the new key cannot be written as PEM")
        }
        let credential = Credential(
            certificate: answer.certificate,
            key: secret,
            authorities: answer.certificateAuthority
        )
        return AgentState(directory: directory, settings: settings, credential: credential)
    }
}

/// The coordinator as a machine without a certificate sees it.
private struct PinnedCoordinator {
    let host: String
    let port: UInt16
    let pin: String

    private var endpoint: Endpoint { Endpoint(host: host, port: Int(port)) }

    func ask(_ message: WireEnrollRequest) async throws(AgentFailure) -> WireEnrollResponse {
        do {
            var configuration = ClientConfiguration(
                host: host,
                port: Int(port),
                trust: .pinnedAuthority(publicKeySHA256: pin),
                identity: nil
            )
            configuration.userAgent = Release.userAgent
            let transport = HTTP2ClientTransport(configuration)
            return try await withGRPCClient(transport: transport) { client in
                try await WireEnrollment.Client(wrapping: client).enroll(
                    message,
                    options: .deadline(Enrollment.limit)
                )
            }
        } catch let error as RPCError {
            throw failure(error)
        } catch {
            throw AgentFailure("enrolment at \(endpoint) failed: \(error)")
        }
    }

    /// What the operator can do about each way to fail.
    /// The coordinator was reached. It lets nobody in who has no certificate unless an unused token
    /// lives, and a token knows the authority of the coordinator that made it.
    private func failure(_ refusal: ConnectionRefusal, _ words: String) -> AgentFailure {
        switch refusal {
        case .byServer:
            AgentFailure(
                "the coordinator at \(endpoint) enrols nobody now, for no unused token lives there"
                    + " (\(words))",
                remedy:
                    "This one was used already, has expired, or was made elsewhere. Make another"
                    + " there: coordinator token create --node NODE."
            )
        case .ofServer:
            AgentFailure(
                "the token was made by another coordinator than the one at \(endpoint), or before that"
                    + " one changed its certificate authority (\(words))",
                remedy: "Check the address, or make a token there: coordinator token create --node"
                    + " NODE."
            )
        }
    }

    private func failure(_ error: RPCError) -> AgentFailure {
        let words = OneLine.clip(error.message)
        if let refusal = error.cause as? ConnectionRefusal { return failure(refusal, words) }
        switch error.code {
        case .unavailable, .deadlineExceeded:
            return AgentFailure(
                "the coordinator at \(endpoint) cannot be reached: \(words)",
                remedy: "Check its address, that `coordinator serve` runs there, and that the port"
                    + " is open. A token belongs to one coordinator and works once: if this one was"
                    + " made elsewhere, was used or has expired, make another there"
                    + " (coordinator token create)."
            )
        case .unauthenticated, .permissionDenied, .notFound, .failedPrecondition:
            // The coordinator knows which token it was and says what to do.
            return AgentFailure("the coordinator at \(endpoint) refused the token: \(words)")
        case .resourceExhausted:
            return AgentFailure(
                "the coordinator at \(endpoint) did not look at the token: \(words)",
                remedy:
                    "Nothing was used up. If this machine shares its address with others, one of"
                    + " them is trying wrong tokens."
            )
        default:
            return AgentFailure("enrolment at \(endpoint) failed: \(words) (\(error.code))")
        }
    }
}
