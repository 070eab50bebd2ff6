import GRPCCore
import Testing

@testable import GRPCTransport

@Suite(.timeLimit(.minutes(4)))
struct ReconnectTests {
    @Test func `a client comes back after a server's restart`() async throws {
        let cluster = try Cluster()
        var configuration = try cluster.server()
        let methods = ["Echo": RawService.echo]
        let (client, run) = try await withServer(configuration, methods) { _, port in
            configuration.port = port
            let client = GRPCClient(transport: HTTP2ClientTransport(try cluster.client(port: port)))
            let run = Task { try await client.runConnections() }
            _ = try await client.call("Echo", [1])
            return (client, run)
        }
        let isDown = try await eventually {
            await rpcError { _ = try await client.call("Echo") }?.message
                .contains("connection refused") == true
        }
        #expect(isDown)
        var patient = CallOptions.defaults
        patient.waitForReady = true
        let call = Task { [patient] in try await client.call("Echo", [2], options: patient) }
        try await withServer(configuration, methods) { _, _ in
            let answer = try await call.value
            #expect(answer == [2])
        }
        client.beginGracefulShutdown()
        try await run.value
    }

    @Test func `after GOAWAY calls go to a new connection`() async throws {
        let cluster = try Cluster()
        var configuration = try cluster.server()
        configuration.enrollmentTimeout = .seconds(1)
        configuration.acceptsEnrollment = { true }
        let whoAmI = RawService.unary { _, context in Array(context.remotePeer.utf8) }
        try await withServer(configuration, ["WhoAmI": whoAmI]) { _, port in
            var configuration = cluster.enrolling(port: port)
            configuration.backoff = Backoff(first: .milliseconds(10), longest: .milliseconds(10))
            try await withClient(configuration) { client in
                let callers = Shared<Set<[UInt8]>>([])
                let isAnother = try await eventually(within: .seconds(30)) {
                    if let caller = try? await client.call("WhoAmI") {
                        callers.update { _ = $0.insert(caller) }
                    }
                    return callers.value.count > 1
                }
                #expect(isAnother)
            }
        }
    }

    @Test func `a call says why the server cannot be reached`() async throws {
        let cluster = try Cluster()
        let reserved = try ReservedPort()
        defer { withExtendedLifetime(reserved) {} }
        let port = reserved.number
        try await withClient(cluster.client(port: port)) { client in
            let error = await rpcError { _ = try await client.call("Echo") }
            #expect(error?.code == .unavailable)
            #expect(
                error?.message == "No connection to 127.0.0.1:\(port): connection refused."
            )
        }
        var configuration = try cluster.client(port: port)
        configuration.host = "no-such-host.invalid"
        try await withClient(configuration) { client in
            let error = await rpcError { _ = try await client.call("Echo") }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("was not found") == true)
        }
    }

    @Test func `a waiting call can be cancelled, and ends with the client`() async throws {
        let cluster = try Cluster()
        let port = try await withServer(cluster.server(), [:]) { _, port in port }
        var patient = CallOptions.defaults
        patient.waitForReady = true
        let options = patient
        try await withClient(cluster.client(port: port)) { client in
            let cancelled = Task {
                await rpcError { _ = try await client.call("E", options: options) }
            }
            cancelled.cancel()
            #expect(await cancelled.value?.code == .cancelled)
            let waiting = Task {
                await rpcError { _ = try await client.call("E", options: options) }
            }
            client.beginGracefulShutdown()
            let error = await waiting.value
            #expect(error == nil || error?.code == .failedPrecondition)
        }
    }

    @Test func `pauses grow to their bound`() {
        let backoff = Backoff()
        #expect(backoff.bound(afterFailures: 1) == .milliseconds(100))
        #expect(backoff.bound(afterFailures: 4) == .milliseconds(800))
        #expect(backoff.bound(afterFailures: 9) == .seconds(20))
        #expect(backoff.bound(afterFailures: 1_000_000) == .seconds(20))
    }

    @Test func `pauses jitter over the whole range up to their bound`() {
        var generator = Counting()
        let backoff = Backoff(first: .milliseconds(1000), longest: .milliseconds(2500))
        for (failures, bound) in [(1, 1000), (2, 2000), (3, 2500), (40, 2500)] {
            let pauses = (0..<1000).map { _ in
                backoff.pause(afterFailures: failures, using: &generator) / .milliseconds(bound)
            }
            #expect(pauses.allSatisfy { (0...1).contains($0) })
            #expect(Set(pauses.map { min(9, Int($0 * 10)) }).count == 10)
        }
    }
}

/// Numbers that are the same in every run (Weyl's sequence: multiples of the golden ratio).
private struct Counting: RandomNumberGenerator {
    private var state: UInt64 = 0

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return state
    }
}
