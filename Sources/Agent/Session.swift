import Daemon
import GRPCCore
import Logging
import Protocol
import SwiftProtobuf
import Synchronization
import Trust

/// Why a session is over.
enum SessionEnd: Sendable, Equatable {
    /// The coordinator said that it stops.
    case drained
    /// The agent has a new certificate to connect with.
    case renewed
    /// The coordinator could not be reached, or the link broke.
    case failed(String, wasWelcomed: Bool)

    /// Whether the coordinator was there at all.
    var wasWelcomed: Bool {
        switch self {
        case .drained, .renewed: true
        case .failed(_, let wasWelcomed): wasWelcomed
        }
    }

    /// For the log.
    var words: String {
        switch self {
        case .drained: "the coordinator is about to stop"
        case .renewed: "a new certificate is used from now on"
        case .failed(let reason, _): reason
        }
    }
}

/// One `AgentLink.Session` from hello to its end.
final class Session: Sendable {
    /// How long the coordinator may take to say welcome.
    static let welcomeLimit = Duration.seconds(30)

    private let client: CoordinatorClient
    let assignments: Assignments
    private let connection: CoordinatorConnection
    let renewal: Renewal
    /// The one that this session's connection was made with.
    private let credential: Credential
    private let machine: any MachineReporter
    let logger: Logger
    let outbox = Outbox()
    private let isWelcomed = Mutex(false)
    private let welcome: AsyncStream<WireWelcome>.Continuation
    private let welcomes: AsyncStream<WireWelcome>
    private let bundle: AsyncStream<WireTrustBundle>.Continuation
    /// Whom the coordinator says to believe; only the newest counts.
    let bundles: AsyncStream<WireTrustBundle>

    init(
        client: CoordinatorClient,
        assignments: Assignments,
        connection: CoordinatorConnection,
        renewal: Renewal,
        credential: Credential,
        machine: any MachineReporter,
        logger: Logger
    ) {
        self.client = client
        self.assignments = assignments
        self.connection = connection
        self.renewal = renewal
        self.credential = credential
        self.machine = machine
        self.logger = logger
        (welcomes, welcome) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (bundles, bundle) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Speaks with the coordinator until one of the two ends it.
    func run() async -> SessionEnd {
        let end = await withTaskGroup(of: SessionEnd?.self) { group in
            group.addTask { await self.exchange() }
            group.addTask { await self.beat() }
            group.addTask { await self.followTrust() }
            group.addTask { await self.requireWelcome() }
            var end: SessionEnd?
            while end == nil, let next = await group.next() { end = next }
            outbox.finish()
            group.cancelAll()
            return end
        }
        connection.close()
        await assignments.linkDown()
        return end ?? .failed("the session ended", wasWelcomed: isWelcomed.withLock { $0 })
    }

    private func failed(_ reason: String) -> SessionEnd {
        .failed(OneLine.clip(reason), wasWelcomed: isWelcomed.withLock { $0 })
    }
}

extension Session {
    /// The call itself: hello, then both directions until one of them ends.
    private func exchange() async -> SessionEnd {
        let hello = await hello()
        let outbox = outbox
        do {
            return try await client.session { writer in
                try await writer.write(.with { $0.hello = hello })
                try await outbox.drain { try await writer.write($0) }
            } onResponse: { response in
                for try await message in response.messages {
                    if let end = await self.receive(message) { return end }
                }
                return self.failed("the coordinator ended the session")
            }
        } catch let error as RPCError {
            return failed("\(error.message) (\(error.code))")
        } catch {
            return failed("\(error)")
        }
    }

    private func hello() async -> WireHello {
        let facts = await machine.signedFacts()
        let unfinished = await assignments.unfinished
        return .with {
            $0.facts = facts
            $0.stepKinds = assignments.policy.allowedKinds
            $0.refusedStepKinds = assignments.policy.refusedKinds
            $0.policyFile = assignments.policy.file ?? ""
            $0.unfinished = unfinished
        }
    }

    /// Acts on a message; says so where it ends the session.
    private func receive(_ message: WireCoordinatorMessage) async -> SessionEnd? {
        switch message.message {
        case .welcome(let words): await begin(words)
        case .assignment(let assignment): await assignments.assign(assignment)
        case .cancel(let cancel): await assignments.cancel(cancel.executionID)
        case .receipt(let receipt): await assignments.acknowledge(receipt.executionID)
        case .drain: return .drained
        case .probe(let probe):
            let answer = ProbeAnswer.to(probe, received: WallClock.microseconds())
            if let answer { outbox.send(answer) }
        case .trust(let words): bundle.yield(words)
        // A newer coordinator may say more than this agent knows.
        case nil: logger.debug("passed over an unknown message")
        }
        return nil
    }

    private func begin(_ words: WireWelcome) async {
        isWelcomed.withLock { $0 = true }
        logger.info("session began")
        connection.open(client)
        await assignments.linkUp(outbox)
        welcome.yield(words)
        welcome.finish()
    }

    private func requireWelcome() async -> SessionEnd? {
        try? await Task.sleep(for: Self.welcomeLimit)
        guard !Task.isCancelled, !isWelcomed.withLock({ $0 }) else { return nil }
        return failed("the coordinator did not say welcome within \(Self.welcomeLimit)")
    }

    /// Reports health at the coordinator's pace, and looks after the certificate at that occasion.
    private func beat() async -> SessionEnd? {
        for await words in welcomes {
            // Faster than ten times a second or slower than every five minutes is a mistake.
            let pace = Duration.milliseconds(min(max(words.healthInterval, 100), 300_000))
            while !Task.isCancelled {
                let health = await machine.datedHealth()
                outbox.send(.with { $0.health = health })
                if await renewIfDue(), await assignments.isIdle { return .renewed }
                try? await Task.sleep(for: pace)
            }
        }
        return nil
    }

    /// Whether there is a certificate that this session does not use yet.
    func renewIfDue() async -> Bool {
        let now = WallClock.now()
        guard renewal.isDue(at: now) else { return isOutdated }
        do {
            try await renewal.renew(over: client, now: now)
            logger.log(.notice, "certificate renewed", [.expires: "\(renewal.expires)"])
        } catch {
            logger.log(
                .warning,
                "the certificate could not be renewed; it is tried again",
                [.reason: "\(error)", .expires: "\(renewal.expires)"]
            )
        }
        return isOutdated
    }

    private var isOutdated: Bool { renewal.credential.certificate != credential.certificate }
}
