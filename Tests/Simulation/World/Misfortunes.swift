/// What goes wrong, how often, and until when. A seed has some kinds of it, not all.
struct Misfortunes: Sendable {
    /// Something that befalls the world by itself.
    enum Kind: CaseIterable, Sendable {
        /// A connection breaks; its two ends notice at times of their own.
        case cut
        /// The way from a host to the coordinator is gone for a while.
        case partition
        /// Messages of a connection are late for a while.
        case stall
        /// An agent's process dies.
        case agentCrash
        /// The coordinator's process dies.
        case coordinatorCrash
        /// An agent's disk takes no writes for a while.
        case agentDiskFull
        /// The coordinator's disk takes no writes for a while.
        case coordinatorDiskFull
        /// The coordinator's clock is set.
        case clockJump
        /// An agent gets a new certificate and goes on to a new connection.
        case renewal
        /// An operator pauses or resumes.
        case operatorHold
        /// An operator cancels.
        case operatorCancel
    }

    /// Milliseconds between two of a kind, on average; nothing for those that do not happen.
    let intervals: [Kind: Int64]
    /// One in so many writes is a process's last, before or after it is durable.
    let fatalWrites: Int?
    /// One in so many results arrives once more, some time later.
    let lateCopies: Int?
    /// When everything is well again, in milliseconds.
    let end: Int64

    init(_ chance: inout Chance) {
        end = chance.once(in: 3) ? chance.skewedTime(1000...1_200_000) : chance.time(5000...300_000)
        var intervals: [Kind: Int64] = [:]
        for kind in Kind.allCases {
            let isThere = chance.once(in: kind == .operatorCancel ? 8 : 3)
            let interval = max(1, end / Int64(1 + chance.below(8)))
            if isThere { intervals[kind] = interval }
        }
        self.intervals = intervals
        fatalWrites = chance.once(in: 2) ? 4 + chance.below(40) : nil
        lateCopies = chance.once(in: 3) ? 2 + chance.below(8) : nil
    }
}
