import GRPCCore
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

/// An agent that speaks about what was given to another, over real sockets.
@Suite(.timeLimit(.minutes(4))) struct ForeignExecutionTests {
    @Test(arguments: ["result", "output"])
    func `who speaks for another is refused and named, and the journal stays as it is`(
        what: String
    ) async throws {
        let log = RecordedLog()
        try await ServerBench.run {
            $0.logger = log.logger
        } _: { bench in
            let tokyo = bench.converse(as: try await bench.enrol(bench.token(for: "tokyo")))
            let seoul = bench.converse(as: try await bench.enrol(bench.token(for: "seoul")))
            for agent in [tokyo, seoul] {
                agent.hello()
                _ = try await agent.hears { if case .welcome = $0 { true } else { false } }
            }
            let rollout = try await bench.start()
            let assigned = try await tokyo.assignment()
            _ = try await seoul.assignment()
            let before = try await bench.journal(of: rollout)
            #expect(!before.isEmpty)

            seoul.say {
                switch what {
                case "result":
                    $0.result.executionID = assigned.executionID
                    $0.result.unchanged = .init()
                default:
                    $0.output.executionID = assigned.executionID
                    $0.output.line = "all is well"
                }
            }
            let error = await #expect(throws: RPCError.self) { try await seoul.ended() }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message.contains("is not for the agent of seoul") == true)
            #expect(
                log.lines.contains {
                    $0.contains("was refused") && $0.contains("127.0.0.1")
                        && $0.contains("not for the agent of seoul")
                }
            )
            #expect(try await bench.journal(of: rollout) == before)
            tokyo.leave()
        }
    }
}

/// A session that a test plays by hand.
private struct Conversation: Sendable {
    let heard: AsyncStream<WireCoordinatorMessage>
    let said: AsyncStream<WireAgentMessage>.Continuation
    let call: Task<Void, any Error>

    func say(_ words: (inout WireAgentMessage) -> Void) {
        said.yield(.with(words))
    }

    func hello() {
        say {
            $0.hello.facts.hostname = "machine"
            $0.hello.facts.architecture = "amd64"
            $0.hello.facts.simulated = true
            $0.hello.stepKinds = StepCatalog.kinds.map { $0.kind }
        }
    }

    /// The next message of a kind.
    func hears(
        _ isMeant: (WireCoordinatorMessage.OneOf_Message) -> Bool
    ) async throws -> WireCoordinatorMessage.OneOf_Message {
        for await message in heard {
            if let words = message.message, isMeant(words) { return words }
        }
        try await call.value
        throw RPCError(code: .unknown, message: "the session ended")
    }

    func assignment() async throws -> WireStepAssignment {
        let words = try await hears { if case .assignment = $0 { true } else { false } }
        guard case .assignment(let assignment) = words else { return WireStepAssignment() }
        return assignment
    }

    func ended() async throws { try await call.value }

    func leave() { call.cancel() }
}

extension ServerBench {
    /// Opens a session in which nothing is said by itself.
    fileprivate func converse(as credential: Credential) -> Conversation {
        let (words, said) = AsyncStream.makeStream(of: WireAgentMessage.self)
        let (heard, hear) = AsyncStream.makeStream(of: WireCoordinatorMessage.self)
        let call = Task {
            defer { hear.finish() }
            try await calling(as: credential) { client in
                let request = StreamingClientRequest<WireAgentMessage> { writer in
                    for await message in words { try await writer.write(message) }
                }
                try await WireAgentLink.Client(wrapping: client).session(request: request) {
                    for try await message in $0.messages { hear.yield(message) }
                }
            }
        }
        return Conversation(heard: heard, said: said, call: call)
    }

    fileprivate func journal(of rollout: String) async throws -> [JournalRow] {
        let store = try Store(path: state.store)
        defer { try? store.close() }
        return try await store.read { db in try JournalTable.rows(of: rollout, in: db) }
    }
}
