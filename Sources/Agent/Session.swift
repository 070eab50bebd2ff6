import Daemon
import GRPCCore
import Logging
import Protocol
import SwiftProtobuf
import Synchronization
import Trust

/// Why a session is over.
package enum SessionEnd: Sendable, Equatable {
    /// The coordinator said that it stops.
    case drained
    /// The coordinator does not take this agent's certificate.
    case refused(String)
    /// The coordinator could not be reached, or the link broke.
    case failed(String)

    /// For the log.
    var words: String {
        switch self {
        case .drained: "the coordinator is about to stop"
        case .refused(let reason), .failed(let reason): reason
        }
    }
}

/// One `AgentLink.Session` from hello to its end.
final class Session: Sendable {
    /// How long the coordinator may take to say welcome.
    static let welcomeLimit = Duration.seconds(30)
    /// How long it may take to read what is written before a session retires.
    private static let farewellLimit = Duration.seconds(10)

    private let number: LinkSuccession.Number
    let client: CoordinatorClient
    private let assignments: Assignments
    private let connection: CoordinatorConnection
    let renewal: Renewal
    let machine: any MachineReporter
    let logger: Logger
    let outbox = Outbox()
    private let predecessor: Signal?
    private let tellWelcome: @Sendable (_ spread: Int64) -> Void
    private let tellDrain: @Sendable (_ spread: Int64) -> Void
    private let retired = Signal()
    /// Given when nothing more is written to this session.
    let lastWords = Signal()
    private let isWelcomed = Mutex(false)
    private let welcome: AsyncStream<WireWelcome>.Continuation
    private let welcomes: AsyncStream<WireWelcome>
    private let bundle: AsyncStream<WireTrustBundle>.Continuation
    /// Whom the coordinator says to believe; only the newest counts.
    let bundles: AsyncStream<WireTrustBundle>
    let inquiry: AsyncStream<WireProbe>.Continuation
    /// What the coordinator wants to know and what takes a while to find out.
    let inquiries: AsyncStream<WireProbe>

    init(
        _ number: LinkSuccession.Number,
        client: CoordinatorClient,
        assignments: Assignments,
        connection: CoordinatorConnection,
        renewal: Renewal,
        machine: any MachineReporter,
        logger: Logger,
        predecessor: Signal?,
        tellWelcome: @escaping @Sendable (_ spread: Int64) -> Void,
        tellDrain: @escaping @Sendable (_ spread: Int64) -> Void
    ) {
        self.number = number
        self.client = client
        self.assignments = assignments
        self.connection = connection
        self.renewal = renewal
        self.machine = machine
        self.logger = logger
        self.predecessor = predecessor
        self.tellWelcome = tellWelcome
        self.tellDrain = tellDrain
        (welcomes, welcome) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (bundles, bundle) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (inquiries, inquiry) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(64))
    }

    /// Speaks with the coordinator until one of the two ends it.
    func run() async -> SessionEnd {
        let end = await withTaskGroup(of: SessionEnd?.self) { group in
            group.addTask { await self.exchange() }
            group.addTask { await self.beat() }
            group.addTask { await self.followTrust() }
            group.addTask { await self.answerProbes() }
            group.addTask { await self.requireWelcome() }
            group.addTask { await self.endAfterRetirement() }
            var end: SessionEnd?
            while end == nil, let next = await group.next() { end = next }
            outbox.finish()
            group.cancelAll()
            return end
        }
        lastWords.give()
        connection.close(of: self)
        await assignments.linkDown(number, outbox)
        return end ?? .failed("the session ended")
    }

    /// Another session has taken this one's place: what is queued is written, then it ends.
    func retire() {
        retired.give()
        outbox.finish()
    }

    /// Whether another has taken its place.
    var isRetired: Bool { retired.isGiven }
}

extension Session {
    /// The call itself: hello, then both directions until one of them ends.
    private func exchange() async -> SessionEnd {
        let hello = await hello()
        let (outbox, predecessor) = (outbox, predecessor)
        do {
            return try await client.session { writer in
                try await writer.write(.with { $0.hello = hello })
                // A step's lines keep their order also where they go two ways.
                await predecessor?.wait()
                try await outbox.drain { try await writer.write($0) }
            } onResponse: { response in
                for try await message in response.messages {
                    if let end = await self.receive(message) { return end }
                }
                return .failed("the coordinator ended the session")
            }
        } catch let error as RPCError where error.code == .unauthenticated {
            return .refused(OneLine.clip(error.message))
        } catch let error as RPCError {
            return .failed(OneLine.clip("\(error.message) (\(error.code))"))
        } catch {
            return .failed(OneLine.clip("\(error)"))
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
            $0.probes = Self.probeKinds
        }
    }

    /// Acts on a message; says so where it ends the session.
    private func receive(_ message: WireCoordinatorMessage) async -> SessionEnd? {
        switch message.message {
        case .welcome(let words): await begin(words)
        case .assignment(let assignment): await assignments.assign(assignment, over: number)
        case .cancel(let cancel): await assignments.cancel(cancel.executionID)
        case .receipt(let receipt): await assignments.acknowledge(receipt.executionID)
        case .drain(let words):
            tellDrain(words.reconnectSpread)
            return .drained
        case .probe(let probe): take(probe)
        case .trust(let words): bundle.yield(words)
        // A newer coordinator may say more than this agent knows.
        case nil: logger.debug("passed over an unknown message")
        }
        return nil
    }

    private func begin(_ words: WireWelcome) async {
        isWelcomed.withLock { $0 = true }
        logger.info("session began")
        connection.open(client, of: self)
        await assignments.linkUp(number, outbox)
        tellWelcome(words.reconnectSpread)
        welcome.yield(words)
        welcome.finish()
    }

    private func requireWelcome() async -> SessionEnd? {
        try? await Task.sleep(for: Self.welcomeLimit)
        guard !Task.isCancelled, !isWelcomed.withLock({ $0 }) else { return nil }
        return .failed("the coordinator did not say welcome within \(Self.welcomeLimit)")
    }

    /// Reports health at the coordinator's pace, and looks after the certificate at that occasion.
    private func beat() async -> SessionEnd? {
        for await words in welcomes {
            // Faster than ten times a second or slower than every five minutes is a mistake.
            let pace = Duration.milliseconds(min(max(words.healthInterval, 100), 300_000))
            while !Task.isCancelled, !isRetired {
                let health = await machine.datedHealth()
                outbox.send(.with { $0.health = health })
                await renewal.renewIfDue(over: client)
                try? await Task.sleep(for: pace)
            }
        }
        return nil
    }

    /// A coordinator that does not end a session which this side has ended is not waited for.
    private func endAfterRetirement() async -> SessionEnd? {
        await retired.wait()
        guard (try? await Task.sleep(for: Self.farewellLimit)) != nil else { return nil }
        return .failed("the coordinator did not end the session")
    }
}
