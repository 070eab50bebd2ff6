/// Who probes whom when: rounds in which every player has at most one partner, as in a chess tournament
/// where each meets each once (the circle method: one stays, the others move on by a place).
public struct Tournament<Player: Sendable & Hashable>: Sendable {
    /// Two that meet.
    public struct Pair: Sendable, Hashable {
        /// One.
        public let first: Player
        /// The other.
        public let second: Player
    }

    /// All pairs, each once; nobody stands twice in a round.
    public let rounds: [[Pair]]

    /// Draws up the rounds: one less than there are players, or as many where their number is odd.
    public init(_ players: [Player]) {
        var seats: [Player?] = players.map(Optional.some)
        if seats.count % 2 == 1 { seats.append(nil) }
        guard let fixed = seats.first, players.count > 1 else {
            rounds = []
            return
        }
        var moving = Array(seats.dropFirst())
        var drawn: [[Pair]] = []
        for _ in moving.indices {
            let circle = [fixed] + moving
            let pairs = zip(circle, circle.reversed()).prefix(circle.count / 2)
            drawn.append(
                pairs.compactMap { first, second in
                    guard let first, let second else { return nil }
                    return Pair(first: first, second: second)
                }
            )
            moving = [moving[moving.count - 1]] + moving.dropLast()
        }
        rounds = drawn
    }
}
