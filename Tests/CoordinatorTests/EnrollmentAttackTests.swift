import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf
import Synchronization
import Testing
import Trust

@testable import Coordinator

/// Join tokens under attack, over real sockets on loopback.
@Suite(.timeLimit(.minutes(2))) struct EnrollmentAttackTests {
    @Test func `guesses are slowed and an honest machine behind the same address gets in`()
        async throws
    {
        let log = RecordedLog()
        let logging = { (options: inout CoordinatorOptions) in options.logger = log.logger }
        try await ServerBench.run(options: logging) { bench in
            let honest = try await bench.token(for: "seoul")
            let outcomes = try await withThrowingTaskGroup(of: [RPCError.Code].self) { group in
                for _ in 0..<8 {
                    group.addTask { try await bench.guess(200) }
                }
                let first = try await group.next() ?? []
                // The others go on meanwhile.
                _ = try await bench.enrol(honest)
                return try await group.reduce(first, +)
            }
            #expect(outcomes.count == 1600)
            let looked = outcomes.count { $0 == .unauthenticated }
            #expect((1...60).contains(looked))
            #expect(outcomes.count { $0 == .resourceExhausted } == 1600 - looked)
            let lines = log.lines.filter { $0.contains("refus") }
            #expect(lines.count == 1, "\(lines)")
            #expect(lines.first?.contains("127.0.0.1") == true)
        }
        // What was only counted is told at the end of the minute.
        #expect(log.lines.count < 30)
    }

    @Test func `who guesses is told when to ask again and what to do`() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.token(for: "seoul")
            _ = try await bench.guess(20)
            let error = await #expect(throws: RPCError.self) {
                try await bench.enrol(bench.forgedToken())
            }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.message.contains("the next one is looked at in") == true)
            #expect(error?.message.contains("coordinator token create") == true)
            let hint = error?.metadata[stringValues: "grpc-retry-pushback-ms"].first { _ in true }
            #expect((1...6000).contains(hint.flatMap { Int($0) } ?? 0))
        }
    }

    @Test func `each refused kind says what it is`() async throws {
        let late = Mutex(false)
        let clock = { @Sendable () -> Int64 in
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            return late.withLock { $0 } ? now + 700_000 : now
        }
        let timing = { (options: inout CoordinatorOptions) in options.now = clock }
        try await ServerBench.run(options: timing) { bench in
            let used = try await bench.token(for: "seoul")
            let old = try await bench.token(for: "tokyo")
            _ = try await bench.enrol(used)
            var swapped = Array(old)
            swapped.swapAt(20, 25)
            if swapped[20] == swapped[25] { swapped[20] = swapped[20] == "0" ? "1" : "0" }
            let cases: [(String, RPCError.Code, String)] = [
                (used, .unauthenticated, "for seoul was used already"),
                (try bench.forgedToken(), .unauthenticated, "made no such join token"),
                (String(old.dropLast(9)), .invalidArgument, "is cut short: it has"),
                (String(swapped), .invalidArgument, "is mistyped"),
                ("password1", .invalidArgument, "is no join token"),
                ("", .invalidArgument, "is no join token"),
            ]
            for (token, code, words) in cases {
                let error = await #expect(throws: RPCError.self) { try await bench.enrol(token) }
                #expect(error?.code == code, "\(words)")
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
                #expect(error?.message.contains(old) == false)
            }
            late.withLock { $0 = true }
            _ = try await bench.token(for: "busan")
            let error = await #expect(throws: RPCError.self) { try await bench.enrol(old) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.message.contains("for tokyo has expired") == true)
        }
    }

    @Test func `of machines that race for one token exactly one wins, each time`() async throws {
        try await ServerBench.run { bench in
            for round in 0..<25 {
                let node = "node-\(round)"
                let token = try await bench.token(for: node)
                let codes = await withTaskGroup(of: RPCError.Code?.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            do {
                                _ = try await bench.enrol(token)
                                return nil
                            } catch {
                                return (error as? RPCError)?.code ?? .unknown
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(codes.count { $0 == nil } == 1, "\(round): \(codes)")
                #expect(
                    codes.allSatisfy { $0 == nil || $0 == .unauthenticated || $0 == .unavailable }
                )
            }
        }
    }
}

extension ServerBench {
    /// A token of this coordinator's authority that it never made.
    func forgedToken() throws -> String {
        var generator = SystemRandomNumberGenerator()
        let authority = try Credential.load(from: state.authority)
        let pin = try Certificate(pem: authority.certificate).publicKeySHA256
        let token = JoinToken.generate(authorityPin: pin, using: &generator)
        return String(decoding: token.text().reveal(), as: UTF8.self)
    }

    /// Tries so many forged tokens, one after the other, each on a connection of its own as the server
    /// wants it, and says how each was answered.
    func guess(_ count: Int) async throws -> [RPCError.Code] {
        let token = try forgedToken()
        var codes: [RPCError.Code] = []
        for _ in 0..<count {
            do {
                _ = try await calling(as: nil) { client in
                    try await WireEnrollment.Client(wrapping: client).enroll(
                        .with { $0.token = token }
                    )
                }
                codes.append(.internalError)
            } catch let error as RPCError {
                codes.append(error.code)
            }
        }
        return codes
    }
}
