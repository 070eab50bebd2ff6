/// Which links there are to the coordinator: pure, so that each order of events can be played
/// through.
///
/// There is one that counts. Once the agent has another credential and the coordinator has welcomed
/// it over that link, a second is made, and takes the first one's place when the agent is welcome there
/// too; the first then ends by itself, when what runs over it has ended. Where the second fails, the
/// first stays.
package struct LinkSuccession: Sendable, Equatable {
    /// Tells one link from the next.
    package typealias Number = Int

    /// All that can happen.
    package enum Event: Sendable, Equatable {
        /// The coordinator welcomed the agent over this link.
        case welcomed(Number)
        /// The link's session is over.
        case ended(Number, SessionEnd)
        /// The agent has another credential.
        case credentialChanged
        /// A time that was waited for has passed.
        case paused
    }

    /// What the driver does, in order.
    package enum Effect: Sendable, Equatable {
        /// Make a link with the newest credential; what is queued on the one before it goes first.
        case open(Number, after: Number?)
        /// Let what runs over this link end, and then the link.
        case retire(Number)
        /// There is no link: wait before the next.
        case reconnect(SessionEnd)
        /// The link stays, for there is no better one: wait before that is tried again.
        case keep(SessionEnd)
    }

    /// The one that counts; nothing while there is none.
    private(set) var current: Number?
    private var isWelcome = false
    private var successor: Number?
    private var last = 0
    private var mustFollow = false

    /// Nothing is open yet; `paused` opens the first.
    package init() {}

    /// Decides about one event. Events about links that no longer count change nothing.
    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .welcomed(let number) where number == current:
            isWelcome = true
            return followIfDue()
        case .welcomed(let number) where number == successor:
            isWelcome = true
            let effects = current.map { [Effect.retire($0)] } ?? []
            current = number
            successor = nil
            return effects + followIfDue()
        case .ended(let number, let end) where number == successor:
            successor = nil
            guard current != nil else { return [.reconnect(end)] }
            mustFollow = true
            return [.keep(end)]
        case .ended(let number, let end) where number == current:
            current = nil
            isWelcome = false
            return successor == nil ? [.reconnect(end)] : []
        case .credentialChanged:
            mustFollow = true
            return followIfDue()
        case .paused:
            if current == nil, successor == nil { return [open()] }
            return followIfDue()
        case .welcomed, .ended:
            return []
        }
    }

    private mutating func followIfDue() -> [Effect] {
        guard mustFollow, isWelcome, successor == nil else { return [] }
        return [open()]
    }

    /// Where there is no link, the new one counts from the beginning.
    private mutating func open() -> Effect {
        mustFollow = false
        last += 1
        if current == nil {
            current = last
            return .open(last, after: nil)
        }
        successor = last
        return .open(last, after: current)
    }
}
