import EchoService
import GRPCCore

/// Unary calls, so many at once, each caller's next after its last.
struct Unary: Sendable {
    /// What is called.
    let method: EchoMethod
    /// How many callers.
    let concurrency: Int
    /// What each call sends and gets back.
    let message: [UInt8]
    /// How long they call, after a fifth of a second that does not count.
    let time: Duration

    /// Calls, and returns one line of JSON.
    func run<Transport: ClientTransport>(
        over client: GRPCClient<Transport>,
        on executor: (any TaskExecutor)?
    ) async throws -> String {
        _ = try await measure(client, executor, for: .milliseconds(200))
        let begun = ContinuousClock.now
        var times = try await measure(client, executor, for: time)
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        times.sort()
        guard let longest = times.last else { return "{\"calls\": 0}" }
        let median = times[times.count / 2] / .microseconds(1)
        let late = times[times.count * 99 / 100] / .microseconds(1)
        return """
            {"calls": \(times.count), "rate": \(Int(Double(times.count) / seconds)), \
            "p50": \(Int(median)), "p99": \(Int(late)), "max": \(Int(longest / .microseconds(1)))}
            """
    }

    private func measure<Transport: ClientTransport>(
        _ client: GRPCClient<Transport>,
        _ executor: (any TaskExecutor)?,
        for time: Duration
    ) async throws -> [Duration] {
        let end = ContinuousClock.now + time
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<concurrency {
                group.addTask(executorPreference: executor) {
                    var times: [Duration] = []
                    while ContinuousClock.now < end {
                        let begun = ContinuousClock.now
                        try await call(client)
                        times.append(ContinuousClock.now - begun)
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func call<Transport: ClientTransport>(_ client: GRPCClient<Transport>) async throws {
        _ = try await client.unary(
            request: ClientRequest(message: message),
            descriptor: method.descriptor,
            serializer: RawSerializer(),
            deserializer: RawDeserializer(),
            options: .defaults
        ) { try $0.message.count }
    }
}
