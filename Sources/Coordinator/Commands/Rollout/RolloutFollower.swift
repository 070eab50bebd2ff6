import GRPCCore
import Protocol
import SwiftProtobuf

/// Reads a rollout's events to the last one, over as many connections as that takes.
struct RolloutFollower: Sendable {
    /// Which one.
    let rolloutID: String
    /// The way to the coordinator; it connects again by itself.
    let client: OperatorConnection.Client
    /// Who is told.
    let monitor: RolloutMonitor

    /// How the rollout ended. A connection that is lost after the first event is waited for as long
    /// as it takes; reading goes on after the last event that was seen.
    func follow() async throws -> WireRolloutEnded {
        while true {
            do {
                if let ended = try await read() { return ended }
                await monitor.lost("the coordinator ended the connection")
            } catch let error as RPCError where error.code == .unavailable {
                guard await monitor.lastNumber > 0 else { throw error }
                await monitor.lost(error.message)
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func read() async throws -> WireRolloutEnded? {
        let request = WireWatchRolloutRequest.with { $0.rolloutID = rolloutID }
        let after = await monitor.lastNumber
        return try await client.watchRollout(
            request.after(after)
        ) { response in
            for try await event in response.messages {
                await monitor.show(event)
                if case .ended(let ended) = event.event { return ended }
            }
            return nil
        }
    }
}

extension WireWatchRolloutRequest {
    fileprivate func after(_ number: Int64) -> WireWatchRolloutRequest {
        var request = self
        request.after = number
        return request
    }
}
