import GRPCCore
import Protocol

extension OperatorService {
    func logs(
        request: WireLogsRequest,
        response: RPCWriter<WireLogLine>,
        context: ServerContext
    ) async throws {
        do {
            try await StepLogReader(request: request, store: store, logs: logs)
                .run { try await response.write($0) }
        } catch let failure as ServiceFailure {
            throw RPCError(failure)
        }
    }

    func events(
        request: WireEventsRequest,
        response: RPCWriter<WireClusterEvent>,
        context: ServerContext
    ) async throws {
        do {
            try await EventReader(request: request, store: store, events: events)
                .run { try await response.write($0) }
        } catch let failure as ServiceFailure {
            throw RPCError(failure)
        }
    }
}
