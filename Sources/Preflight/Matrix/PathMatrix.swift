public import Plan

/// What every host of a plan measured of the way to every other.
public struct PathMatrix: Sendable, Equatable {
    /// An ordered pair.
    public struct Way: Sendable, Hashable {
        /// Who sends.
        public var from: HostID
        /// Who receives.
        public var to: HostID

        /// From one host to another.
        public init(from: HostID, to: HostID) {
            self.from = from
            self.to = to
        }
    }

    /// What came of a way.
    public enum Result: Sendable, Equatable {
        /// It was measured.
        case measured(PathMeasurement)
        /// It was not, and why.
        case skipped(String)
    }

    /// What came of each way.
    public private(set) var results: [Way: Result] = [:]

    /// Nothing was measured yet.
    public init() {}

    /// What came of a way.
    public subscript(way: Way) -> Result? {
        get { results[way] }
        set { results[way] = newValue }
    }

    /// The measurement of a way; nothing where there is none.
    public func measurement(_ way: Way) -> PathMeasurement? {
        guard case .measured(let path)? = results[way] else { return nil }
        return path
    }

    /// The hosts that a host measured, or that measured it.
    func partners(of host: HostID, incoming: Bool) -> [(host: HostID, path: PathMeasurement)] {
        results.compactMap { way, result -> (host: HostID, path: PathMeasurement)? in
            guard case .measured(let path) = result, (incoming ? way.to : way.from) == host else {
                return nil
            }
            return (incoming ? way.from : way.to, path)
        }.sorted { $0.host < $1.host }
    }
}

extension PathMeasurement {
    /// Whether datagrams get through well enough for a mesh: at least four of five.
    var isOpen: Bool { sent > 0 && answered * 5 >= sent * 4 }

    /// Whether datagrams were sent.
    var hasDatagrams: Bool { sent > 0 }
}
