import Plan
import Protocol
import SwiftProtobuf
import Synchronization

/// Which agents have a session, what they said last, and the way to them.
///
/// Each change is told to the observers within the lock that made it, so that all of them see all
/// changes in one order.
final class NodeRegistry: Sendable {
    /// Messages that may wait for one agent. One that is further behind is cut off: it comes back
    /// and is handed what it should be doing.
    static let longestQueue = 1024

    /// One agent's session.
    struct Session: Sendable {
        /// Tells one session of a node from the next.
        let number: UInt64
        /// The node that the certificate names.
        let node: HostID
        /// Where it calls from.
        let address: String
        /// The number of the certificate that it shows.
        let serial: String
        /// What became of the session before it.
        let earlier: Earlier
        /// What the machine said about itself.
        let facts: WireMachineFacts
        /// The step kinds that the agent carries out.
        let stepKinds: Set<String>
        /// Those that it knows and its server's own policy refuses.
        let refusedKinds: Set<String>
        /// The file of that policy, as the agent calls it; empty where there is none.
        let policyFile: String
        /// Kinds of probes that the agent answers beside the clock's.
        let probes: Set<String>
        /// Executions it has begun and not finished.
        let unfinished: [String]
        /// The last health report.
        var health: WireHealthReport?
        /// When it last said anything, milliseconds since 1970.
        var lastSeen: Int64
        /// What probes found about the way to it and its clock, and when; nothing while none was
        /// answered.
        var clock: WireNodeClock?

        fileprivate let outbound: AsyncStream<WireCoordinatorMessage>.Continuation

        /// By what the registry knows it again.
        var key: Key { Key(number: number, node: node) }

        /// Which session it is, for those who need nothing else of it.
        struct Key: Sendable {
            fileprivate let number: UInt64
            fileprivate let node: HostID
        }
    }

    /// What became of the session whose place another took.
    enum Earlier: Sendable, Equatable {
        /// There was none.
        case none
        /// The agent went on to a new certificate: what it said over the old session still counts.
        case succeeded
        /// It was cut off; somebody else has the node's certificate, or the agent lost its link
        /// unnoticed. Where it called from.
        case displaced(address: String)
    }

    /// Something that happened to a session.
    enum Change: Sendable {
        /// The agent is there, anew or in place of its earlier session.
        case connected(Session)
        /// The agent is gone.
        case disconnected(HostID)
    }

    private struct State {
        var sessions: [HostID: Session] = [:]
        var observers: [UInt64: @Sendable (Change) -> Void] = [:]
        var lastNumber: UInt64 = 0
        var isDraining = false
        /// Sessions whose places were taken by their own agents.
        var succeeded: Set<UInt64> = []

        mutating func nextNumber() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }
    }

    private let state = Mutex(State())
    private let known: Int

    /// Nobody is there.
    ///
    /// - Parameter known: How many nodes had enrolled before; they may all come.
    init(known: Int = 0) {
        self.known = known
    }

    /// Takes a session in; an earlier one of the same node ends. Nothing where the coordinator is
    /// about to stop. A new certificate's session succeeds that of the one before: the node was never
    /// gone.
    func connect(
        _ node: HostID,
        from address: String = "",
        serial: String = "",
        hello: WireHello,
        at now: Int64,
        outbound: AsyncStream<WireCoordinatorMessage>.Continuation
    ) -> Session? {
        state.withLock { state in
            guard !state.isDraining else { return nil }
            let earlier = state.sessions[node]
            let isSuccession = earlier.map { $0.serial != serial } ?? false
            let session = Session(
                number: state.nextNumber(),
                node: node,
                address: address,
                serial: serial,
                earlier: earlier.map {
                    isSuccession ? .succeeded : .displaced(address: $0.address)
                } ?? .none,
                facts: hello.facts,
                stepKinds: Set(hello.stepKinds),
                refusedKinds: Set(hello.refusedStepKinds),
                policyFile: Quotation.plain(hello.policyFile, limit: 200),
                probes: Set(hello.probes),
                unfinished: hello.unfinished,
                health: isSuccession ? earlier?.health : nil,
                lastSeen: now,
                outbound: outbound
            )
            state.sessions[node] = session
            if let earlier {
                if isSuccession { state.succeeded.insert(earlier.number) }
                earlier.outbound.finish()
            }
            for tell in state.observers.values {
                if earlier != nil, !isSuccession { tell(.disconnected(node)) }
                tell(.connected(session))
            }
            return session
        }
    }

    /// Whether the agent itself has gone on to another session.
    func isSucceeded(_ session: Session.Key) -> Bool {
        state.withLock { $0.succeeded.contains(session.number) }
    }

    /// Milliseconds over which the agents are to spread their return, should all lose their links at
    /// once: 6 for each, so that with a thousand no second sees more than half of them (a part of
    /// e/6 at the most, for whoever knocked in vain knocks again), and all are back within 10 s.
    var reconnectSpread: Int64 {
        let count = state.withLock { max(known, $0.sessions.count) }
        return min(max(Int64(count) * 6, 500), 8000)
    }

    /// Lets a session go; whether it was still the node's current one.
    @discardableResult
    func disconnect(_ session: Session) -> Bool {
        state.withLock { state in
            session.outbound.finish()
            state.succeeded.remove(session.number)
            guard state.sessions[session.node]?.number == session.number else { return false }
            state.sessions[session.node] = nil
            for tell in state.observers.values { tell(.disconnected(session.node)) }
            return true
        }
    }

    /// Queues a message; whether there was a session to take it: this one, where a number is given.
    @discardableResult
    func send(
        _ message: WireCoordinatorMessage,
        to node: HostID,
        over number: UInt64? = nil
    ) -> Bool {
        state.withLock { state in
            guard let session = state.sessions[node], number ?? session.number == session.number
            else { return false }
            switch session.outbound.yield(message) {
            case .enqueued:
                return true
            case .dropped, .terminated:
                session.outbound.finish()
                return false
            @unknown default:
                return false
            }
        }
    }

    /// Notes that the session said something.
    func note(_ session: Session.Key, health: WireHealthReport? = nil, at now: Int64) {
        state.withLock { state in
            guard state.sessions[session.node]?.number == session.number else { return }
            state.sessions[session.node]?.lastSeen = now
            if let health { state.sessions[session.node]?.health = health }
        }
    }

    /// Notes what probes of the session found.
    func note(_ session: Session.Key, clock: ClockEstimate, at now: Int64) {
        state.withLock { state in
            guard state.sessions[session.node]?.number == session.number else { return }
            state.sessions[session.node]?.clock = WireNodeClock(clock, at: now)
        }
    }

    /// The sessions now open.
    var sessions: [HostID: Session] {
        state.withLock { $0.sessions }
    }

    /// Whether the coordinator is about to stop.
    var isDraining: Bool {
        state.withLock { $0.isDraining }
    }

    /// Tells the observer of every session now open, then of every change, until it is removed.
    func observe(_ observer: @escaping @Sendable (Change) -> Void) -> UInt64 {
        state.withLock { state in
            let number = state.nextNumber()
            state.observers[number] = observer
            for session in state.sessions.values.sorted(by: { $0.node < $1.node }) {
                observer(.connected(session))
            }
            return number
        }
    }

    /// Ends an observation.
    func stopObserving(_ number: UInt64) {
        state.withLock { $0.observers[number] = nil }
    }

    /// Tells all agents that the coordinator is about to stop, ends their sessions, and takes no
    /// more.
    func drain() {
        let spread = reconnectSpread
        let farewell = WireCoordinatorMessage.with { $0.drain.reconnectSpread = spread }
        state.withLock { state in
            state.isDraining = true
            for session in state.sessions.values {
                session.outbound.yield(farewell)
                session.outbound.finish()
            }
        }
    }
}
