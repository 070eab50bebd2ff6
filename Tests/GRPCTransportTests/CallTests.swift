import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(4)))
struct CallTests {
    @Test func `a unary call is answered`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let answer = try await client.call("Echo", Array("hello".utf8))
            #expect(answer == Array("hello".utf8))
            let empty = try await client.call("Echo", [])
            #expect(empty == [])
        }
    }

    @Test func `many calls run at once on one connection`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    let message = Array("message \(number)".utf8)
                    group.addTask { try await client.call("Echo", message) == message }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `three megabytes come through whole`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let message = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let answer = try await client.call("Echo", message)
            #expect(answer == message)
        }
    }

    @Test func `a client stream is answered once`() async throws {
        let sum = RawService.unary { whole, _ in [UInt8(whole.count)] }
        try await withPair(["Count": sum]) { client, _ in
            let answer = try await client.stream("Count") { writer in
                for _ in 0..<7 { try await writer.write([1, 2, 3]) }
            } reading: { response in
                try await response.messages.reduce(into: []) { $0 += $1 }
            }
            #expect(answer == [21])
        }
    }

    @Test func `a server stream arrives in order, with metadata before and after`() async throws {
        let count: RawService.Method = { _, _ in
            StreamingServerResponse(metadata: ["before": "1"]) { writer in
                for number in 0..<100 { try await writer.write([UInt8(number)]) }
                return ["after": "2"]
            }
        }
        try await withPair(["Count": count]) { client, _ in
            try await client.stream("Count") { response in
                #expect(Array(response.metadata[stringValues: "before"]) == ["1"])
                var messages: [[UInt8]] = []
                var after: [String] = []
                for try await part in try response.accepted.get().bodyParts {
                    switch part {
                    case .message(let message): messages.append(message)
                    case .trailingMetadata(let metadata):
                        after = Array(metadata[stringValues: "after"])
                    }
                }
                #expect(messages == (0..<100).map { [UInt8($0)] })
                #expect(after == ["2"])
            }
        }
    }

    @Test func `both directions stream at once, each answer after its question`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let (answers, heard) = AsyncStream.makeStream(of: [UInt8].self)
            try await client.stream("Echo") { writer in
                var answers = answers.makeAsyncIterator()
                for number in UInt8(0)..<20 {
                    try await writer.write([number])
                    #expect(await answers.next() == [number])
                }
            } reading: { response in
                for try await message in response.messages { heard.yield(message) }
            }
        }
    }

    @Test func `metadata of both kinds comes through`() async throws {
        let mirror: RawService.Method = { request, _ in
            StreamingServerResponse(metadata: request.metadata) { _ in [:] }
        }
        try await withPair(["Mirror": mirror]) { client, _ in
            let sent: Metadata = [
                "Text": "a, b", "bytes-bin": .binary([0, 255, 10, 13]), "empty": "",
            ]
            try await client.stream("Mirror", metadata: sent) { response in
                #expect(Array(response.metadata[stringValues: "text"]) == ["a, b"])
                #expect(Array(response.metadata[stringValues: "empty"]) == [""])
                #expect(Array(response.metadata[binaryValues: "bytes-bin"]) == [[0, 255, 10, 13]])
            }
        }
    }

    @Test func `a server hears once which program calls`() async throws {
        let tell: RawService.Method = { request, _ in
            let said = Array(request.metadata[stringValues: "user-agent"])
            return StreamingServerResponse { writer in
                try await writer.write(Array(said.joined(separator: "|").utf8))
                return [:]
            }
        }
        let changes = Changes(client: { $0.userAgent = "grpc-swift-isthmus/1.2.3" })
        try await withPair(["Tell": tell], changes) { client, _ in
            let said = try await client.call("Tell", metadata: ["user-agent": "other"])
            #expect(said == Array("grpc-swift-isthmus/1.2.3".utf8))
        }
    }

    @Test func `metadata that would break the headers is refused here`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let error = await rpcError {
                _ = try await client.call("Echo", metadata: ["key": "line\r\nbreak"])
            }
            #expect(error?.code == .internalError)
            #expect(error?.message.contains("key") == true)
            let answer = try await client.call("Echo", [1])
            #expect(answer == [1])
        }
    }

    @Test func `a handler's error arrives with its words and metadata`() async throws {
        let fail: RawService.Method = { _, _ in
            throw RPCError(
                code: .failedPrecondition,
                message: "näh: 100 %\nreally",
                metadata: ["why": "so"]
            )
        }
        try await withPair(["Fail": fail]) { client, _ in
            let error = await rpcError { _ = try await client.call("Fail") }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message == "näh: 100 %\nreally")
            #expect(error.map { Array($0.metadata[stringValues: "why"]) } == ["so"])
        }
    }

    @Test func `an error after messages arrives after them`() async throws {
        let fail: RawService.Method = { _, _ in
            StreamingServerResponse { writer in
                try await writer.write([1])
                throw RPCError(code: .aborted, message: "enough")
            }
        }
        try await withPair(["Fail": fail]) { client, _ in
            let heard = Shared<[[UInt8]]>([])
            let error = await rpcError {
                try await client.stream("Fail") { response in
                    for try await message in response.messages {
                        heard.update { $0.append(message) }
                    }
                }
            }
            #expect(heard.value == [[1]])
            #expect(error?.code == .aborted)
        }
    }

    @Test func `an unknown method is UNIMPLEMENTED`() async throws {
        try await withPair([:]) { client, _ in
            let error = await rpcError { _ = try await client.call("Nothing") }
            #expect(error?.code == .unimplemented)
        }
    }
}
