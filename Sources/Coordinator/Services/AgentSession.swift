import Conduct
import GRPCCore
import Logging
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Synchronization

/// One agent's session: hello, welcome, then assignments one way and reports the other, until
/// either side goes or a newer session of the node takes its place.
///
/// An object, so that the tasks that wait for weeks keep one reference to it and no copies.
final class AgentSession: Sendable {
    /// Who speaks.
    let agent: CallingAgent
    /// Where it calls from.
    let address: String
    /// What the session works with.
    let service: AgentLinkService

    init(agent: CallingAgent, address: String, service: AgentLinkService) {
        self.agent = agent
        self.address = address
        self.service = service
    }

    var node: HostID { agent.node }

    /// Milliseconds between health reports.
    static let healthInterval: Int64 = 10_000
    /// Milliseconds between entries of a living node in the store.
    private static let noteInterval: Int64 = 60_000
    /// Characters of a step's output line that are passed on.
    private static let longestLine = 2_000
    /// How long an agent may take to say hello.
    private static let helloLimit = Duration.seconds(10)
    /// How long an agent that has gone on to another session may take to end this one.
    private static let farewellLimit = Duration.seconds(15)

    /// Serves the session to its end.
    func run(
        _ request: RPCAsyncSequence<WireAgentMessage, any Error>,
        _ response: RPCWriter<WireCoordinatorMessage>
    ) async throws {
        let (queue, outbound) = AsyncStream.makeStream(
            of: WireCoordinatorMessage.self,
            bufferingPolicy: .bufferingOldest(NodeRegistry.longestQueue)
        )
        let greeted = GreetedSession()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { outbound.finish() }
                try await self.listen(request, outbound) { greeted.session = $0.key }
            }
            // The first to end ends the other: an agent that went, or a session that was replaced.
            defer { group.cancelAll() }
            for await message in queue { try await response.write(message) }
            if let session = greeted.session, service.registry.isSucceeded(session) {
                // The agent has gone on to a new certificate; what it had said before is heard yet.
                group.addTask { try await Task.sleep(for: Self.farewellLimit) }
            } else {
                group.cancelAll()
            }
            do { try await group.next() } catch is CancellationError {}
        }
    }

    private func listen(
        _ request: RPCAsyncSequence<WireAgentMessage, any Error>,
        _ outbound: AsyncStream<WireCoordinatorMessage>.Continuation,
        began: (NodeRegistry.Session) -> Void
    ) async throws {
        var messages = request.makeAsyncIterator()
        guard let first = try await hello(&messages, outbound) else { return }
        let session = try await apart { () async throws(ServiceFailure) in
            try await self.greet(first, outbound, at: self.service.now())
        }
        defer { part(from: session) }
        began(session)
        do {
            try await converse(&messages, in: session.key, since: session.lastSeen)
        } catch {
            await noteParting()
            throw error
        }
        await noteParting()
    }

    /// The first message; an agent that is too long silent is cut off.
    private func hello(
        _ messages: inout RPCAsyncSequence<WireAgentMessage, any Error>.AsyncIterator,
        _ outbound: AsyncStream<WireCoordinatorMessage>.Continuation
    ) async throws -> WireAgentMessage? {
        let impatience = Task {
            guard (try? await Task.sleep(for: Self.helloLimit)) != nil else { return }
            outbound.finish()
        }
        defer { impatience.cancel() }
        return try await messages.next(isolation: #isolation)
    }

    private func converse(
        _ messages: inout RPCAsyncSequence<WireAgentMessage, any Error>.AsyncIterator,
        in session: NodeRegistry.Session.Key,
        since begun: Int64
    ) async throws {
        var noted = begun
        var probes = SessionProbes()
        probe(&probes, in: session)
        while let message = try await messages.next(isolation: #isolation) {
            let now = service.now()
            if !hear(message, &probes, in: session, at: now) {
                try await take(message, in: session, at: now)
            }
            guard now - noted >= Self.noteInterval else { continue }
            noted = now
            try await noteSeen(at: now)
        }
    }

    /// What is done with a message at once; false where more is to be done. Its variables are not to be
    /// part of what `converse` holds for as long as it waits.
    @inline(never)
    private func hear(
        _ message: WireAgentMessage,
        _ probes: inout SessionProbes,
        in session: NodeRegistry.Session.Key,
        at now: Int64
    ) -> Bool {
        probe(&probes, hearing: message, in: session)
        switch message.message {
        case .health(let health):
            service.registry.note(session, health: health, at: now)
        case .probeResult(let result):
            service.questions.deliver(result, from: node)
            service.registry.note(session, at: now)
        default: return false
        }
        return true
    }

    private func greet(
        _ message: WireAgentMessage,
        _ outbound: AsyncStream<WireCoordinatorMessage>.Continuation,
        at now: Int64
    ) async throws(ServiceFailure) -> NodeRegistry.Session {
        guard case .hello(let hello)? = message.message else {
            throw .invalid("a session begins with hello")
        }
        try await note(hello, at: now)
        let welcome = WireWelcome.with {
            $0.healthInterval = Self.healthInterval
            $0.now = now
            $0.reconnectSpread = service.registry.reconnectSpread
        }
        outbound.yield(.with { $0.welcome = welcome })
        guard
            let session = service.registry.connect(
                node,
                from: address,
                serial: agent.serial,
                hello: hello,
                at: now,
                outbound: outbound
            )
        else { throw .stopping }
        noteArrival(of: session, at: now)
        service.authorities.announce(nodes: service.registry.sessions.count) { outbound.yield($0) }
        return session
    }

    private func noteArrival(of session: NodeRegistry.Session, at now: Int64) {
        let (logger, events) = (service.logger, service.events)
        let whence: [LogKey: String] = [.node: node.description, .address: address]
        switch session.earlier {
        case .none:
            events.note(.connected(node, from: address, at: now))
        case .succeeded:
            logger.note("A node went on to its new certificate", whence)
            return
        case .displaced(let earlier):
            logger.note("A node's session at \(earlier) was displaced by another session", whence)
            events.note(.displaced(node, at: earlier, by: address, at: now))
        }
        logger.note("A node is here", whence)
    }

    /// Only who comes with the newest certificate has had the answer to its enrolment or renewal.
    private func note(_ hello: WireHello, at now: Int64) async throws(ServiceFailure) {
        let (agent, address) = (agent, address)
        let served = try await service.store.serve { db throws in
            try NodeTable.noteSession(
                of: agent.node,
                facts: hello.facts,
                address: address,
                at: now,
                in: db
            )
            try NodeAuthorityTable.note(agent.node, issuer: agent.authority, in: db)
            let isNewest = try NodeTable.settleCertificate(
                of: agent.node,
                serial: agent.serial,
                in: db
            )
            return isNewest ? try JoinTokenTable.closeRetries(of: agent.node, in: db) : []
        }
        for token in served { service.gate.remove(token) }
    }

    @inline(never)
    private func noteSeen(at now: Int64) async throws(ServiceFailure) {
        let node = node
        try await apart { () async throws(ServiceFailure) in
            try await self.service.store.serve { db throws in
                try NodeTable.noteSeen(node, at: now, in: db)
            }
        }
    }

    @inline(never)
    private func take(
        _ message: WireAgentMessage,
        in session: NodeRegistry.Session.Key,
        at now: Int64
    ) async throws(ServiceFailure) {
        try await apart { () async throws(ServiceFailure) in
            try await self.act(on: message)
        }
        service.registry.note(session, at: now)
    }

    private func act(on message: WireAgentMessage) async throws(ServiceFailure) {
        switch message.message {
        case .hello:
            throw .invalid("hello is said once")
        case .output(let output):
            let execution = ExecutionID(output.executionID)
            do {
                try await service.driver.line(
                    String(output.line.prefix(Self.longestLine)),
                    of: execution,
                    from: node
                )
            } catch {
                throw .foreign(error)
            }
        case .result(let result):
            try await take(StepReport(result))
        case .trust(let report):
            try await service.note(report, of: node)
        case .health, .accepted, .probeResult, nil:
            break
        }
    }

    /// Whoever waits for the execution answers for its receipt; one that nobody waits for any more
    /// is forgotten at once.
    private func take(_ report: StepReport) async throws(ServiceFailure) {
        do {
            if try await service.driver.report(report, from: node) { return }
        } catch {
            throw .foreign(error)
        }
        _ = service.mailbox.deliver(report, from: node)
        service.registry.send(.receipt(for: report.execution), to: node)
    }

    private func part(from session: NodeRegistry.Session) {
        guard service.registry.disconnect(session) else { return }
        service.logger.note("A node is gone", [.node: node.description])
        // When the coordinator stops, all go; that says nothing about them.
        guard !service.registry.isDraining else { return }
        service.events.note(.gone(node, at: service.now()))
    }

    private func noteParting() async {
        let now = service.now()
        let node = node
        // The time it was last seen is a convenience; its loss is none.
        _ = try? await service.store.write { db throws in
            try NodeTable.noteSeen(node, at: now, in: db)
        }
    }
}

/// The session that came of a hello, once there is one.
private final class GreetedSession: Sendable {
    private let state = Mutex<NodeRegistry.Session.Key?>(nil)

    var session: NodeRegistry.Session.Key? {
        get { state.withLock(\.self) }
        set { state.withLock { $0 = newValue } }
    }
}
