internal import GRPCCore
internal import NIOCore
internal import Synchronization

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
        evicted?.makeRoom(Self.tooMany)
        return id
    }

    private static let tooMany = RPCError(
        code: .unavailable,
        message: "too many there have not said who they are"
    )

    /// Forgets the connection as soon as it has said who it is, or is gone; closes it if it had to make
    /// room meanwhile.
    func watch(_ handle: ConnectionHandle, _ id: UInt64, until end: EventLoopFuture<Void>) {
        let isKnown = state.withLock { state in
            guard state.greetings.has(id) else { return false }
            state.handles[id] = handle
            return true
        }
        guard isKnown else { return handle.makeRoom(Self.tooMany) }
        end.whenComplete { _ in self.leave(id) }
    }

    /// The connection has said a whole hello.
    func hear(_ id: UInt64) {
        state.withLock { $0.greetings.hear(id) }
    }

    func leave(_ id: UInt64) {
        state.withLock { state in
            state.handles[id] = nil
            state.greetings.leave(id)
        }
    }
}
