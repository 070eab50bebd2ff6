import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CallTests {
    @Test func `a unary call is answered`() async throws {
        try await withPair(["Echo": RawService.echo]) { client, _ in
            let answer = try await client.call("Echo", Array("hello".utf8))
            #expect(answer == Array("hello".utf8))
        }
    }
}
