import GRDB
import GRPCCore
import Plan
import Trust

/// Everything that a handler can fail with.
enum ServiceFailure: Error, Sendable, Equatable {
    /// The caller may not.
    case denied(String)
    /// The message makes no sense.
    case invalid(String)
    /// There is no such thing.
    case notFound(String)
    /// The caller's certificate counts no longer.
    case certificate(CertificateRefusal)
    /// A join token enrols nobody.
    case token(JoinTokenRefusal)
    /// A join token was not looked at, for its source tried too many wrong ones; after so many
    /// milliseconds the next one may be.
    case tooManyGuesses(retryAfter: Int64)
    /// A rollout does not begin.
    case start(StartRefusal)
    /// The certificate authority is not changed.
    case rotation(RotationRefusal)
    /// A change of the certificate authority stopped in the middle.
    case unfinishedRotation(String)
    /// An artifact is not to be had.
    case artifact(ArtifactFailure)
    /// The store refused.
    case store(StoreFailure)
    /// Something cryptographic that the caller sent is not what it should be.
    case trust(TrustFailure)
    /// An agent spoke for another.
    case foreign(ForeignExecution)
    /// An agent did not answer a question as it should.
    case step(HostID, StepFailure)
    /// A sealed copy is not kept or not to be had.
    case snapshot(SnapshotFailure)
    /// Something that the cluster's pages or the mesh were asked for is not to be had.
    case access(AccessProblem)
    /// The coordinator is about to stop.
    case stopping
}

/// The one place where failures become gRPC's codes. The messages are for people.
extension RPCError {
    /// Says what failed.
    init(_ failure: ServiceFailure) {
        switch failure {
        case .denied(let text):
            self.init(code: .permissionDenied, message: text)
        case .invalid(let text):
            self.init(code: .invalidArgument, message: text)
        case .notFound(let text):
            self.init(code: .notFound, message: text)
        case .certificate(let refusal):
            self.init(code: .unauthenticated, message: refusal.description)
        case .token(let refusal):
            self.init(code: .unauthenticated, message: refusal.description)
        case .tooManyGuesses(let wait):
            self.init(
                code: .resourceExhausted,
                message: Self.tooManyGuesses(seconds: (wait + 999) / 1000),
                metadata: ["grpc-retry-pushback-ms": "\(wait)"]
            )
        case .start(let refusal):
            self.init(code: Code(refusal), message: refusal.description)
        case .rotation(let refusal):
            self.init(code: .failedPrecondition, message: refusal.description)
        case .unfinishedRotation(let reason):
            self.init(
                code: .internalError,
                message:
                    "the change of the certificate authority stopped in the middle: \(reason). "
                    + "Mend that, then type the same command again: it goes on from there"
            )
        case .artifact(let failure):
            self.init(code: Code(failure), message: failure.description)
        case .store(let failure):
            self.init(code: Code(failure), message: failure.description)
        case .trust(let failure):
            self.init(code: .invalidArgument, message: failure.message)
        case .foreign(let foreign):
            self.init(
                code: .permissionDenied,
                message: "\(foreign.execution) is not for the agent of \(foreign.node)"
            )
        case .step(let host, let failure):
            let lines = ["\(host): \(failure.message)"] + failure.details + [failure.remedy]
            self.init(
                code: .failedPrecondition,
                message: lines.filter { !$0.isEmpty }.joined(separator: "\n")
            )
        case .snapshot(let failure):
            self.init(code: Code(failure), message: failure.description)
        case .access(let problem):
            self.init(code: .failedPrecondition, message: problem.description)
        case .stopping:
            self.init(code: .unavailable, message: "the coordinator is stopping; try again soon")
        }
    }
}

extension RPCError {
    private static func tooManyGuesses(seconds: Int64) -> String {
        """
        too many wrong join tokens came from this address; the next one is looked at in \(seconds) s. \
        A right one never waits: copy it again as a whole, or make another: \
        coordinator token create --node NAME
        """
    }
}

extension RPCError.Code {
    fileprivate init(_ refusal: StartRefusal) {
        switch refusal {
        case .plan: self = .invalidArgument
        case .recipient, .preflight, .otherCluster, .hosts, .notApproved, .alreadyRunning, .paused,
            .access:
            self = .failedPrecondition
        case .artifact(let failure): self = Self(failure)
        case .steps: self = .internalError
        case .store(let failure): self = Self(failure)
        }
    }

    fileprivate init(_ failure: ArtifactFailure) {
        switch failure {
        // Never `unavailable`: to the caller that would mean the coordinator itself.
        case .hashMismatch, .unreachable, .unusableURL, .notListed, .curlMissing,
            .missingArchitecture, .manifest, .bundle:
            self = .failedPrecondition
        case .local: self = .internalError
        }
    }

    fileprivate init(_ failure: SnapshotFailure) {
        switch failure {
        case .invalid: self = .invalidArgument
        case .unknown: self = .notFound
        case .notAServer: self = .permissionDenied
        case .exists: self = .alreadyExists
        case .full: self = .resourceExhausted
        case .cutOff: self = .aborted
        case .local: self = .internalError
        }
    }

    fileprivate init(_ failure: StoreFailure) {
        switch failure.code {
        case .diskFull: self = .resourceExhausted
        case .corrupt: self = .dataLoss
        case .cannotOpen, .newerSchema, .refused: self = .internalError
        }
    }
}

extension JoinTokenRefusal: CustomStringConvertible {
    /// What the machine's owner has to do.
    var description: String {
        switch self {
        case .unknown:
            """
            this coordinator made no such join token; make one: \
            coordinator token create --node NAME
            """
        case .used(let node, _):
            """
            the join token for \(node) was used already; if that was not this machine, look at \
            coordinator node list. Make another: coordinator token create --node \(node)
            """
        case .expired(let node, _):
            """
            the join token for \(node) has expired; make another: \
            coordinator token create --node \(node)
            """
        }
    }
}

/// Runs a handler's work; what it fails with reaches the caller as a gRPC error.
func answering<Value>(
    _ work: () async throws(ServiceFailure) -> Value
) async throws(RPCError)
    -> Value
{
    do {
        return try await work()
    } catch {
        throw RPCError(error)
    }
}

extension Store {
    /// A transaction on behalf of a handler.
    func serve<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    )
        async
        throws(ServiceFailure) -> Value
    {
        do {
            return try await write(body)
        } catch {
            throw .store(error)
        }
    }
}
