import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(4)))
struct LimitTests {
    @Test func `a request over the server's limit is refused, and the connection lives`()
        async throws
    {
        try await withPair(
            ["Echo": RawService.echo],
            Changes(server: { $0.limits.messageBytes = 1000 })
        ) {
            client,
            _ in
            let error = await rpcError {
                _ = try await client.call("Echo", [UInt8](repeating: 0, count: 1001))
            }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.message == "A message of 1001 bytes is over the limit of 1000 bytes.")
            let answer = try await client.call("Echo", [UInt8](repeating: 0, count: 1000))
            #expect(answer.count == 1000)
        }
    }

    @Test func `an answer over the client's limit is refused`() async throws {
        let big = RawService.unary { _, _ in [UInt8](repeating: 0, count: 5000) }
        try await withPair(["Big": big], Changes(client: { $0.limits.messageBytes = 4999 })) {
            client,
            _ in
            let error = await rpcError { _ = try await client.call("Big") }
            #expect(error?.code == .resourceExhausted)
            var options = CallOptions.defaults
            options.maxResponseMessageBytes = 5000
            let answer = try await client.call("Big", options: options)
            #expect(answer.count == 5000)
        }
    }

    @Test func `a call's own limit on requests holds`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            var options = CallOptions.defaults
            options.maxRequestMessageBytes = 10
            let error = await rpcError {
                _ = try await client.call(
                    "Echo",
                    [UInt8](repeating: 0, count: 11),
                    options: options
                )
            }
            #expect(error?.code == .resourceExhausted)
        }
    }

    @Test(arguments: [17_000, 60_000])
    func `headers over the limit end the call, not the connection`(length: Int) async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let metadata: Metadata = ["long": .string(String(repeating: "x", count: length))]
            let error = await rpcError { _ = try await client.call("Echo", metadata: metadata) }
            #expect(error?.code == .resourceExhausted)
            let answer = try await client.call("Echo", [1])
            #expect(answer == [1])
        }
    }

    @Test func `an answer's headers over the limit end the call`() async throws {
        let long: RawService.Method = { _, _ in
            StreamingServerResponse { _ in ["long": .string(String(repeating: "x", count: 20_000))]
            }
        }
        try await withPair(["Long": long, "Echo": RawService.echo]) { client, _ in
            let error = await rpcError {
                try await client.stream("Long") { for try await _ in $0.messages {} }
            }
            #expect(error?.code == .resourceExhausted)
            let answer = try await client.call("Echo", [1])
            #expect(answer == [1])
        }
    }

    @Test func `calls over the server's limit wait for their turn`() async throws {
        let (now, most) = (Shared(0), Shared(0))
        let slow = RawService.unary { _, _ in
            let count = now.update { count in
                count += 1
                return count
            }
            most.update { $0 = max($0, count) }
            try await Task.sleep(for: .milliseconds(20))
            now.update { $0 -= 1 }
            return [1]
        }
        try await withPair(["Slow": slow], Changes(server: { $0.limits.concurrentCalls = 3 })) {
            client,
            _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 { group.addTask { _ = try await client.call("Slow") } }
                try await group.waitForAll()
            }
            #expect(most.value <= 3)
        }
    }
}
