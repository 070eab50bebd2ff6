internal import GRPCCore
internal import NIOCore

/// The connections of a server whose peers have not yet shown who they are.
final class Strangers: Sendable {
    private struct State {
        var greetings: Greetings
        var handles: [UInt64: ConnectionHandle] = [:]
        var lastID: UInt64 = 0
    }

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(greetings: Greetings(limit: limit)))
    }

    var count: Int { state.withLock { $0.greetings.count } }

    /// Takes in a newcomer, and closes whoever must make room.
    ///
    /// - Returns: Its number; nil if it is turned away.
    func admit(from address: String) -> UInt64? {
        let (id, evicted) = state.withLock { state -> (UInt64?, ConnectionHandle?) in
            state.lastID += 1
            switch state.greetings.arrive(state.lastID, from: address) {
            case .free: return (state.lastID, nil)
            case .inPlaceOf(let oldest):
                return (state.lastID, state.handles.removeValue(forKey: oldest))
            case .refused: return (nil, nil)
            }
        }
        evicted?.close(RPCError(code: .unavailable, message: "Too many greet at once."))
        return id
    }

    /// Forgets the connection as soon as it has said who it is, or is gone.
    func watch(_ handle: ConnectionHandle, _ id: UInt64, until end: EventLoopFuture<Void>) {
        state.withLock { $0.handles[id] = handle }
        end.whenComplete { _ in self.leave(id) }
    }

    func leave(_ id: UInt64) {
        state.withLock { state in
            state.handles[id] = nil
            state.greetings.leave(id)
        }
    }
}
