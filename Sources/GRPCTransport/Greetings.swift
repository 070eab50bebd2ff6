/// The connections that have not yet shown who they are, and which of them must go when there are too
/// many: strangers must take no places from agents, and no address those of another.
struct Greetings {
    /// What a newcomer does to those who wait.
    enum Admission: Equatable {
        /// There is room.
        case free
        /// The oldest connection of the address that has the most makes room.
        case inPlaceOf(UInt64)
        /// The newcomer's own address has the most: it is turned away.
        case refused
    }

    /// How many there may be at once.
    let limit: Int
    /// Whether a newcomer takes the place of its own address's oldest: where a peer has said all it came
    /// for within moments, who waits longer may go.
    let prefersNewcomers: Bool
    private var addresses: [UInt64: String] = [:]
    private var byAddress: [String: [UInt64]] = [:]

    init(limit: Int, prefersNewcomers: Bool = false) {
        self.limit = limit
        self.prefersNewcomers = prefersNewcomers
    }

    /// How many there are.
    var count: Int { addresses.count }

    /// Takes a newcomer in, unless it is refused.
    ///
    /// - Parameters:
    ///   - id: Its number; later ones are greater.
    ///   - address: Where it comes from.
    /// - Returns: Whether it may stay, and who must go for it.
    mutating func arrive(_ id: UInt64, from address: String) -> Admission {
        var admission = Admission.free
        if addresses.count >= limit {
            guard let oldest = oldestToGo(for: address) else { return .refused }
            leave(oldest)
            admission = .inPlaceOf(oldest)
        }
        addresses[id] = address
        byAddress[address, default: []].append(id)
        return admission
    }

    private func oldestToGo(for address: String) -> UInt64? {
        let own = byAddress[address] ?? []
        let heaviest = byAddress.values.max { $0.count < $1.count } ?? []
        if heaviest.count > own.count + 1 { return heaviest.first }
        return prefersNewcomers ? own.first : nil
    }

    /// A connection has shown who it is, or is gone.
    mutating func leave(_ id: UInt64) {
        guard let address = addresses.removeValue(forKey: id) else { return }
        byAddress[address]?.removeAll { $0 == id }
        if byAddress[address]?.isEmpty == true { byAddress[address] = nil }
    }
}
