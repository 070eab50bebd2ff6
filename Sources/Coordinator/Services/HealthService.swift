import GRPCCore
import Protocol
import SwiftProtobuf
import Synchronization

/// Whether the coordinator serves, as any gRPC client asks it.
final class HealthService: GRPCHealth.SimpleServiceProtocol {
    /// The services that can be asked about; the empty name is the coordinator as a whole.
    static let services: Set<String> = [
        "", WireEnrollment.descriptor.fullyQualifiedService,
        WireAgentLink.descriptor.fullyQualifiedService,
        WireOperator.descriptor.fullyQualifiedService,
        GRPCHealth.descriptor.fullyQualifiedService,
        GRPCServerReflection.descriptor.fullyQualifiedService,
    ]

    /// Those that only look at memory, as does the authorization before them, and so may run on an event
    /// loop.
    static let shortMethods: Set<MethodDescriptor> = [GRPCHealth.Method.Check.descriptor]

    private struct State {
        var isServing = true
        var watchers: [UInt64: AsyncStream<Bool>.Continuation] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Says to all who watch that no more calls are taken, and ends their streams.
    func stop() {
        let watchers = state.withLock { state in
            state.isServing = false
            defer { state.watchers = [:] }
            return state.watchers
        }
        for watcher in watchers.values {
            watcher.yield(false)
            watcher.finish()
        }
    }

    func check(
        request: GRPCHealthCheckRequest,
        context: ServerContext
    ) async throws
        -> GRPCHealthCheckResponse
    {
        guard Self.services.contains(request.service) else {
            throw RPCError(.notFound("there is no service '\(request.service)'"))
        }
        return Self.answer(state.withLock(\.isServing))
    }

    func watch(
        request: GRPCHealthCheckRequest,
        response: RPCWriter<GRPCHealthCheckResponse>,
        context: ServerContext
    ) async throws {
        guard Self.services.contains(request.service) else {
            // By the protocol's definition the stream stays open: the service may appear.
            try await response.write(.with { $0.status = .serviceUnknown })
            for await _ in follow() {}
            return
        }
        for await isServing in follow() { try await response.write(Self.answer(isServing)) }
    }

    private static func answer(_ isServing: Bool) -> GRPCHealthCheckResponse {
        .with { $0.status = isServing ? .serving : .notServing }
    }

    private func follow() -> AsyncStream<Bool> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Bool.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let number = state.withLock { state in
            state.lastNumber += 1
            continuation.yield(state.isServing)
            if state.isServing {
                state.watchers[state.lastNumber] = continuation
            } else {
                continuation.finish()
            }
            return state.lastNumber
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.watchers[number] = nil }
        }
        return stream
    }
}
