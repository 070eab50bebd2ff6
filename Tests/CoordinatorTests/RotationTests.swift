import Foundation
import GRPCCore
import GRPCTransport
import Plan
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Agent
@testable import Coordinator

/// The change of the certificate authority with real agents, some of which sleep through it.
@Suite(.timeLimit(.minutes(2))) struct RotationTests {
    @Test func `agents that slept through phases catch up, and end with the new authority`()
        async throws
    {
        try await RotationScene.run(["seoul", "tokyo", "osaka"]) { scene in
            let old = try await scene.status.authorities[0].publicKeySha256
            try await scene.sleep("osaka")
            try await scene.sleep("tokyo")
            #expect(try await scene.rotate(.start).phase == .introduced)
            try await scene.until(behind: ["osaka", "tokyo"])
            #expect(try scene.held(by: "seoul").believed.count == 2)
            #expect(try scene.held(by: "seoul").issuer == old)
            #expect(try scene.held(by: "osaka").believed == [old])
            try scene.wake("tokyo")
            try await scene.until(behind: ["osaka"])
            // The one that slept through the first phase, with its disk as it was, and still does.
            let status = try await scene.rotate(.sign)
            let signing = status.authorities.first { $0.signs }
            let new = try #require(signing).publicKeySha256
            #expect(new != old)
            try await scene.until(behind: ["osaka"])
            // It believes the old authority alone, and the coordinator shows a certificate of the new.
            try scene.wake("osaka")
            try await scene.until(behind: [])
            #expect(try await scene.rotate(.finish).phase == .settled)
            for node in ["seoul", "tokyo", "osaka"] {
                #expect(try scene.held(by: node).issuer == new, "\(node)")
                while try scene.held(by: node).believed != [new] {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            #expect(try await scene.status.authorities.map(\.publicKeySha256) == [new])
            try await scene.sleep("seoul")
            try scene.wake("seoul")
            try await scene.until { $0.nodes.allSatisfy(\.connected) }
        }
    }

    @Test func `an agent that slept through one phase only catches up in the next`() async throws {
        try await RotationScene.run(["seoul", "tokyo"]) { scene in
            try await scene.sleep("tokyo")
            try await scene.rotate(.start)
            try await scene.until(behind: ["tokyo"])
            try scene.wake("tokyo")
            try await scene.until(behind: [])
            try await scene.sleep("tokyo")
            try await scene.rotate(.sign)
            try await scene.until(behind: ["tokyo"])
            try scene.wake("tokyo")
            try await scene.until(behind: [])
        }
    }

    @Test func `streams stay open from the beginning to the end`() async throws {
        try await RotationScene.run(["seoul", "tokyo"]) { scene in
            let bench = scene.bench
            let credential = try Credential.load(from: bench.state.operator)
            try await bench.calling(as: credential) { client in
                try await GRPCHealth.Client(wrapping: client).watch(.init()) { response in
                    var answers = response.messages.makeAsyncIterator()
                    #expect(try await answers.next(isolation: #isolation)?.status == .serving)
                    try await scene.rotate(.start)
                    try await scene.until(behind: [])
                    try await scene.rotate(.sign)
                    try await scene.until(behind: [])
                    try await scene.rotate(.finish)
                    bench.server.beginGracefulShutdown()
                    // What comes next is the farewell: nothing has ended the stream before.
                    #expect(try await answers.next(isolation: #isolation)?.status == .notServing)
                }
            }
        }
    }

    @Test func `finish is refused with names while a node is behind`() async throws {
        try await RotationScene.run(["seoul", "tokyo"]) { scene in
            let early = await #expect(throws: RPCError.self) { try await scene.rotate(.finish) }
            #expect(early?.message.contains("coordinator ca rotate start") == true)
            try await scene.rotate(.start)
            try await scene.until(behind: [])
            try await scene.sleep("tokyo")
            let unsigned = await #expect(throws: RPCError.self) { try await scene.rotate(.finish) }
            #expect(unsigned?.message.contains("has signed nothing yet") == true)
            try await scene.rotate(.sign)
            try await scene.until(behind: ["tokyo"])
            let refusal = await #expect(throws: RPCError.self) { try await scene.rotate(.finish) }
            #expect(refusal?.code == .failedPrecondition)
            #expect(refusal?.message.contains("would be locked out: tokyo.") == true)
            #expect(refusal?.message.contains("--leave-behind") == true)
            #expect(try await scene.status.phase == .signing)

            let lost = try Credential.load(from: scene.folder(of: "tokyo"))
            let done = try await scene.rotate(.finish, leavingBehind: true)
            #expect(done.leftBehind == ["tokyo"])
            #expect(done.nodes.map(\.progress) == [.caughtUp, .lost])
            // A certificate of the forgotten authority is refused in the handshake.
            let error = await #expect(throws: RPCError.self) {
                try await scene.bench.calling(as: lost) { client in
                    try await GRPCHealth.Client(wrapping: client).check(.init())
                }
            }
            #expect(
                error?.message.contains("does not know the authority") == true,
                "\(error as Any)"
            )
            try await scene.enrol("tokyo", token: scene.bench.token(for: "tokyo"))
            try scene.wake("tokyo")
            try await scene.until { $0.nodes.allSatisfy(\.connected) }
        }
    }

    @Test func `a node that is left behind while connected is put out at once`() async throws {
        try await ServerBench.run { bench in
            let scene = RotationScene(bench)
            // An agent that never follows: it holds a session and a connection of the old authority.
            let deaf = try await bench.enrol(bench.token(for: "deaf"))
            try await bench.calling(as: deaf) { client in
                let link = WireAgentLink.Client(wrapping: client)
                let end = await #expect(throws: RPCError.self) {
                    try await link.session(request: .hello) { response in
                        for try await message in response.messages {
                            guard case .welcome? = message.message else { continue }
                            try await scene.rotate(.start)
                            try await scene.rotate(.sign)
                            let done = try await scene.rotate(.finish, leavingBehind: true)
                            #expect(done.leftBehind == ["deaf"])
                        }
                    }
                }
                #expect(end?.code == .unavailable, "\(end as Any)")
                let refusal = await #expect(throws: RPCError.self) {
                    try await link.renew(.with { $0.certificateRequest = "any" })
                }
                #expect(refusal?.code == .unavailable, "\(refusal as Any)")
            }
        }
    }

    @Test(arguments: [WireRotationPhase.introduced, .signing])
    func `a rotation goes back from every phase, and forward again`(
        phase: WireRotationPhase
    ) async throws {
        try await RotationScene.run(["seoul", "tokyo"]) { scene in
            let old = try await scene.status.authorities[0].publicKeySha256
            try await scene.rotate(.start)
            try await scene.until(behind: [])
            if phase == .signing {
                try await scene.sleep("tokyo")
                try await scene.rotate(.sign)
                try await scene.until(behind: ["tokyo"])
                #expect(try scene.held(by: "seoul").issuer != old)
            }
            #expect(try await scene.rotate(.back).phase == .returning)
            try await scene.until(behind: [])
            #expect(try scene.held(by: "seoul").issuer == old)
            #expect(try await scene.rotate(.back).changed == false)
            if phase == .signing {
                try scene.wake("tokyo")
                try await scene.rotate(.sign)
                try await scene.until(behind: [])
                try await scene.rotate(.back)
                try await scene.until(behind: [])
            }
            #expect(try await scene.rotate(.finish).authorities.map(\.publicKeySha256) == [old])
            for node in ["seoul", "tokyo"] {
                while try scene.held(by: node).believed != [old] {
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(try scene.held(by: node).issuer == old)
            }
        }
    }

    @Test func `a token of any phase works until its authority is forgotten`() async throws {
        try await RotationScene.run([]) { scene in
            let bench = scene.bench
            let tokens = try await [bench.token(for: "early"), bench.token(for: "late")]
            try await scene.rotate(.start)
            try await scene.enrol("introduced", token: bench.token(for: "introduced"))
            let spare = try await bench.token(for: "spare")
            try await scene.rotate(.sign)
            let later = try await bench.token(for: "later")
            try await scene.enrol("early", token: tokens[0])
            try await scene.enrol("spare", token: spare)
            #expect(try scene.held(by: "early").believed.count == 2)
            try await scene.rotate(.back)
            // It names the authority that does not sign now.
            try await scene.enrol("later", token: later)
            try await scene.rotate(.sign)
            try await scene.enrol("signing", token: bench.token(for: "signing"))
            try await scene.rotate(.finish, leavingBehind: true)
            let refusal = await #expect(throws: AgentFailure.self) {
                try await scene.enrol("late", token: tokens[1])
            }
            #expect(
                refusal?.message.contains("before that one changed its certificate authority")
                    == true,
                "\(refusal as Any)"
            )
        }
    }

    @Test func `a coordinator that is started again goes on in its phase`() async throws {
        let bench = try await ServerBench()
        let scene = RotationScene(bench)
        try await scene.enrol("seoul", token: bench.token(for: "seoul"))
        try await scene.rotate(.start)
        try await scene.rotate(.sign)
        try await bench.stop()
        let again = try await ServerBench(bench.folder)
        let second = RotationScene(again)
        #expect(try await second.status.phase == .signing)
        #expect(try await second.rotate(.sign).changed == false)
        #expect(try await second.rotate(.finish, leavingBehind: true).leftBehind == ["seoul"])
        try await again.stop()
    }
}

extension StreamingClientRequest<WireAgentMessage> {
    /// A session that says hello and then stays open.
    fileprivate static var hello: Self {
        StreamingClientRequest { writer in
            try await writer.write(.with { $0.hello.facts.hostname = "machine" })
            try await Task.sleep(for: .seconds(600))
        }
    }
}
