import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(4)))
struct BackPressureTests {
    /// A client that lets no more wait than a server does.
    private static func frugal(_ configuration: inout ClientConfiguration) {
        configuration.limits.unreadBytesPerCall = 64 * 1024
    }

    /// Waits until the count no longer grows.
    private func settled(_ count: Shared<Int>) async throws -> Int {
        var last = -1
        while last != count.value {
            last = count.value
            try await Task.sleep(for: .milliseconds(200))
        }
        return last
    }

    @Test func `a client that does not read holds the server's writer back`() async throws {
        let written = Shared(0)
        let flood: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                for _ in 0..<2000 {
                    try await writer.write([UInt8](repeating: 7, count: 16 * 1024))
                    written.update { $0 += 1 }
                }
                return [:]
            }
        }
        try await withPair(
            ["Flood": flood, "Echo": RawService.echo],
            Changes(client: Self.frugal)
        ) { client, _ in
            try await client.stream("Flood") { response in
                let stuck = try await settled(written)
                // A window and a little on either side, but not the 32 MB.
                #expect(stuck > 0 && stuck < 40)
                let answer = try await client.call("Echo", [1])
                #expect(answer == [1])
                var heard = 0
                for try await message in response.messages {
                    heard += 1
                    #expect(message.count == 16 * 1024)
                }
                #expect(heard == 2000)
            }
        }
    }

    @Test func `a client lets a mebibyte be under way, so that distance costs no speed`()
        async throws
    {
        let written = Shared(0)
        let flood: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                for _ in 0..<200 {
                    try await writer.write([UInt8](repeating: 7, count: 16 * 1024))
                    written.update { $0 += 1 }
                }
                return [:]
            }
        }
        try await withPair(["Flood": flood]) { client, _ in
            try await client.stream("Flood") { response in
                let stuck = try await settled(written)
                #expect(stuck >= 64 && stuck < 160)
                let heard = try await response.messages.reduce(0) { count, _ in count + 1 }
                #expect(heard == 200)
            }
        }
    }

    @Test func `a handler that does not read holds the client's writer back`() async throws {
        let written = Shared(0)
        let gate = Gate()
        let lazy: RawService.Method = { request, _ in
            await gate.wait()
            let count = try await request.messages.reduce(0) { count, _ in count + 1 }
            return StreamingServerResponse { writer in
                try await writer.write(Array("\(count)".utf8))
                return [:]
            }
        }
        try await withPair(["Lazy": lazy]) { client, _ in
            let answer = try await client.stream("Lazy") { writer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for _ in 0..<2000 {
                            try await writer.write([UInt8](repeating: 7, count: 16 * 1024))
                            written.update { $0 += 1 }
                        }
                    }
                    let stuck = try await settled(written)
                    #expect(stuck > 0 && stuck < 40)
                    gate.open()
                    try await group.waitForAll()
                }
            } reading: { response in
                try await response.messages.reduce(into: []) { $0 += $1 }
            }
            #expect(answer == Array("2000".utf8))
        }
    }

    @Test func `empty messages are not free`() async throws {
        let written = Shared(0)
        let flood: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                for _ in 0..<100_000 {
                    try await writer.write([])
                    written.update { $0 += 1 }
                }
                return [:]
            }
        }
        try await withPair(["Flood": flood], Changes(client: Self.frugal)) { client, _ in
            try await client.stream("Flood") { response in
                let stuck = try await settled(written)
                #expect(stuck < 50_000)
                let heard = try await response.messages.reduce(0) { count, _ in count + 1 }
                #expect(heard == 100_000)
            }
        }
    }

    @Test func `unread calls together stay within the connection's bound`() async throws {
        let waiting = Shared(0)
        let flood: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                for _ in 0..<4 {
                    try await writer.write([UInt8](repeating: 7, count: 300_000))
                    waiting.update { $0 += 300_000 }
                }
                return [:]
            }
        }
        try await withPair(
            ["Flood": flood],
            Changes(
                server: { server in
                    server.limits.unsentBytes = 1_000_000
                    server.limits.unsentBytesPerCall = 2_000_000
                },
                client: Self.frugal
            )
        ) { client, _ in
            let gate = Gate()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await client.stream("Flood") { response in
                            await gate.wait()
                            return try await response.messages.reduce(0) { $0 + $1.count }
                        }
                    }
                }
                // The bound, one message over it, and what ten readers hold: a message and a window.
                let stuck = try await settled(waiting)
                #expect(stuck <= 1_000_000 + 300_000 + 10 * 370_000)
                gate.open()
                for try await total in group { #expect(total == 1_200_000) }
            }
        }
    }

    @Test func `a reader's cancelled task stops waiting, and the call goes on`() async throws {
        let method: RawService.Method = { request, _ in
            StreamingServerResponse { writer in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = await rpcError { for try await _ in request.messages {} } }
                    group.cancelAll()
                }
                try await writer.write([42])
                return [:]
            }
        }
        try await withPair(["Method": method]) { client, _ in
            let gate = Gate()
            let answer = try await client.stream("Method") { _ in
                await gate.wait()
            } reading: { response in
                defer { gate.open() }
                return try await response.messages.reduce(into: []) { $0 += $1 }
            }
            #expect(answer == [42])
        }
    }
}
