import GRPCCore
import GRPCTransport
import Testing

@Suite(.timeLimit(.minutes(4)))
struct RetryTests {
    /// Refuses the first calls, and counts all.
    private struct Reluctant: Sendable {
        let refusals: Int
        var code = RPCError.Code.unavailable
        let calls = Shared(0)

        var method: RawService.Method {
            RawService.unary { message, _ in
                let number = calls.update { calls in
                    calls += 1
                    return calls
                }
                if number <= refusals { throw RPCError(code: code, message: "not now") }
                return message
            }
        }
    }

    private static func config(
        _ names: [MethodConfig.Name] = [.init(service: "test.Raw")],
        attempts: Int = 3
    ) -> MethodConfig {
        MethodConfig(
            names: names,
            executionPolicy: .retry(
                RetryPolicy(
                    maxAttempts: attempts,
                    initialBackoff: .milliseconds(1),
                    maxBackoff: .milliseconds(2),
                    backoffMultiplier: 1,
                    retryableStatusCodes: [.unavailable]
                )
            )
        )
    }

    @Test func `a call that is refused for the moment is made again`() async throws {
        let server = Reluctant(refusals: 2)
        let changes = Changes(client: { $0.serviceConfig.methodConfig = [Self.config()] })
        try await withPair(["Try": server.method], changes) { client, _ in
            let answer = try await client.call("Try", [7])
            #expect(answer == [7])
            #expect(server.calls.value == 3)
        }
    }

    @Test func `the attempts have an end`() async throws {
        let server = Reluctant(refusals: 10)
        let changes = Changes(client: { $0.serviceConfig.methodConfig = [Self.config()] })
        try await withPair(["Try": server.method], changes) { client, _ in
            let error = await rpcError { _ = try await client.call("Try") }
            #expect(error?.code == .unavailable)
            #expect(server.calls.value == 3)
        }
    }

    @Test func `without a configuration, or for another reason, there is one attempt`() async throws
    {
        for (methods, code) in [([], RPCError.Code.unavailable), ([Self.config()], .aborted)] {
            let server = Reluctant(refusals: 10, code: code)
            let changes = Changes(client: { $0.serviceConfig.methodConfig = methods })
            try await withPair(["Try": server.method], changes) { client, _ in
                let error = await rpcError { _ = try await client.call("Try") }
                #expect(error?.code == code)
                #expect(server.calls.value == 1)
            }
        }
    }

    @Test func `a throttle ends the retries of a server that fails`() async throws {
        let server = Reluctant(refusals: 100)
        let throttling = try ServiceConfig.RetryThrottling(maxTokens: 2, tokenRatio: 0.1)
        let changes = Changes(client: {
            $0.serviceConfig.methodConfig = [Self.config(attempts: 5)]
            $0.serviceConfig.retryThrottling = throttling
        })
        try await withPair(["Try": server.method], changes) { client, _ in
            for _ in 0..<3 { _ = await rpcError { _ = try await client.call("Try") } }
            #expect(server.calls.value == 3)
        }
    }

    @Test(arguments: [
        (5000, 0.1, 1000, 0.1), (1, 0.000_01, 1, 0.001), (3, 1e30, 3, 1000), (7, .nan, 7, 0.001),
    ])
    func `an impossible throttle becomes a possible one`(
        tokens: Int,
        ratio: Double,
        possibleTokens: Int,
        possibleRatio: Double
    ) throws {
        var configuration = try Cluster().client(port: 1)
        configuration.serviceConfig.retryThrottling = try .init(
            maxTokens: tokens,
            tokenRatio: ratio
        )
        let throttle = HTTP2ClientTransport(configuration).retryThrottle
        #expect(throttle?.maxTokens == possibleTokens)
        #expect(throttle?.tokenRatio == possibleRatio)
    }

    @Test func `the most particular configuration holds`() throws {
        var configuration = try Cluster().client(port: 1)
        configuration.serviceConfig.methodConfig = [
            Self.config([.init(service: "a", method: "b")], attempts: 2),
            Self.config([.init(service: "a")], attempts: 3),
            Self.config([.init(service: "")], attempts: 4),
        ]
        let transport = HTTP2ClientTransport(configuration)
        for (service, method, attempts) in [
            ("a", "b", 2), ("a", "c", 3), ("d", "b", 4), ("", "", 4),
        ] {
            let config = transport.config(
                forMethod: MethodDescriptor(fullyQualifiedService: service, method: method)
            )
            #expect(config?.executionPolicy?.retry?.maxAttempts == attempts)
        }
    }

    @Test func `a timeout below zero has passed`() async throws {
        let late = MethodConfig(names: [.init(service: "")], timeout: .seconds(-5))
        let changes = Changes(client: { $0.serviceConfig.methodConfig = [late] })
        try await withPair(["Echo": RawService.echo], changes) { client, _ in
            let error = await rpcError { _ = try await client.call("Echo") }
            #expect(error?.code == .deadlineExceeded)
        }
    }
}
