/// The connections that have not yet shown who they are, and which of them must go when there are too
/// many: strangers must take no places from agents, and no address those of another.
///
/// Who comes is preferred to who waits, for an honest peer has said all within moments. So neither is
/// an agent locked out by those that hold connections open behind the same address.
struct Greetings {
    /// What a newcomer does to those who wait.
    enum Admission: Equatable {
        /// There is room.
        case free
        /// A connection of the address that has the most makes room, or one of the newcomer's own.
        case inPlaceOf(UInt64)
        /// Every address has one, and the newcomer's has none to give.
        case refused
    }

    /// Those of one address, the oldest first.
    private struct Company {
        var silent: [UInt64] = []
        var speaking: [UInt64] = []

        var count: Int { silent.count + speaking.count }
        /// Who goes: the oldest of those that have said nothing, else the oldest of all.
        var first: UInt64? { silent.first ?? speaking.first }

        mutating func remove(_ id: UInt64) {
            silent.removeAll { $0 == id }
            speaking.removeAll { $0 == id }
        }
    }

    /// How many there may be at once.
    let limit: Int
    private var addresses: [UInt64: String] = [:]
    private var companies: [String: Company] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// How many there are.
    var count: Int { addresses.count }

    /// Whether a connection is among them.
    func has(_ id: UInt64) -> Bool { addresses[id] != nil }

    /// Takes a newcomer in, unless it is refused.
    ///
    /// - Parameters:
    ///   - id: Its number; later ones are greater.
    ///   - address: Where it comes from.
    /// - Returns: Whether it may stay, and who must go for it.
    mutating func arrive(_ id: UInt64, from address: String) -> Admission {
        var admission = Admission.free
        if addresses.count >= limit {
            guard let leaving = whoLeaves(for: address) else { return .refused }
            leave(leaving)
            admission = .inPlaceOf(leaving)
        }
        addresses[id] = address
        companies[address, default: Company()].silent.append(id)
        return admission
    }

    private func whoLeaves(for address: String) -> UInt64? {
        let own = companies[address] ?? Company()
        let heaviest = companies.values.max { $0.count < $1.count } ?? Company()
        return heaviest.count > own.count + 1 ? heaviest.first : own.first
    }

    /// A connection has said a whole hello: it is not one of those that only hold their place.
    mutating func hear(_ id: UInt64) {
        guard let address = addresses[id], companies[address]?.silent.contains(id) == true else {
            return
        }
        companies[address]?.remove(id)
        companies[address]?.speaking.append(id)
    }

    /// A connection has shown who it is, or is gone.
    mutating func leave(_ id: UInt64) {
        guard let address = addresses.removeValue(forKey: id) else { return }
        companies[address]?.remove(id)
        if companies[address]?.count == 0 { companies[address] = nil }
    }
}
