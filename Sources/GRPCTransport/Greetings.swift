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
    private var addresses: [UInt64: String] = [:]
    private var byAddress: [String: [UInt64]] = [:]

    init(limit: Int) {
        self.limit = limit
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
            let own = byAddress[address]?.count ?? 0
            guard let heaviest = byAddress.max(by: { $0.value.count < $1.value.count }),
                heaviest.value.count > own + 1, let oldest = heaviest.value.first
            else { return .refused }
            leave(oldest)
            admission = .inPlaceOf(oldest)
        }
        addresses[id] = address
        byAddress[address, default: []].append(id)
        return admission
    }

    /// A connection has shown who it is, or is gone.
    mutating func leave(_ id: UInt64) {
        guard let address = addresses.removeValue(forKey: id) else { return }
        byAddress[address]?.removeAll { $0 == id }
        if byAddress[address]?.isEmpty == true { byAddress[address] = nil }
    }
}
