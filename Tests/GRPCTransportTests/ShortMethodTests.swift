import GRPCCore
import Glibc
import NIOPosix
import Testing

@testable import GRPCTransport

@Suite(.timeLimit(.minutes(4)))
struct ShortMethodTests {
    /// Answers whether the handler runs on an event loop, after it kept its thread for as many tenths
    /// of a second as the request's first byte says.
    private static let whereabouts = RawService.unary { request, _ in
        usleep(UInt32(request.first ?? 0) * 100_000)
        return [MultiThreadedEventLoopGroup.currentEventLoop == nil ? 0 : 1]
    }

    private static let onLoop: [UInt8] = [1]
    private static let onPool: [UInt8] = [0]

    @Test func `a short method runs on its connection's loop, any other on the pool`() async throws
    {
        try await withPair(
            ["Short": Self.whereabouts, "Other": Self.whereabouts],
            Changes(server: { $0.isShort = { $0.method == "Short" } })
        ) { client, _ in
            let answers = [try await client.call("Short"), try await client.call("Other")]
            #expect(answers == [Self.onLoop, Self.onPool])
        }
    }

    @Test func `a method that holds the loop up is named once and runs on the pool from then on`()
        async throws
    {
        let log = Shared<[String]>([])
        try await withPair(
            ["Long": Self.whereabouts, "Short": Self.whereabouts],
            Changes(server: { server in
                server.isShort = { _ in true }
                server.log = { line in log.update { $0.append(line) } }
            })
        ) { client, _ in
            var answers = [try await client.call("Long", [2]), try await client.call("Long", [2])]
            answers += [try await client.call("Long"), try await client.call("Short")]
            #expect(answers == [Self.onLoop, Self.onPool, Self.onPool, Self.onLoop])
        }
        let told = log.value.filter { $0.hasPrefix("test.Raw/Long held an event loop up for ") }
        #expect(told.count == 1)
        #expect(told.first?.hasSuffix("; from now on it runs on the global pool") == true)
    }
}
