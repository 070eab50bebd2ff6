public import Plan

/// What one host opens for the others to probe, and for how long.
public struct ListeningOrder: Sendable, Equatable {
    /// WireGuard's UDP port.
    public var udpPort: Int
    /// The port of K3s' servers.
    public var tcpPort: Int
    /// Known to the coordinator and the plan's hosts for the length of one run.
    public var key: Secret
    /// Milliseconds until everything is closed, asked or not.
    public var duration: Int64

    /// Describes what is opened.
    public init(udpPort: Int, tcpPort: Int, key: Secret, duration: Int64) {
        self.udpPort = udpPort
        self.tcpPort = tcpPort
        self.key = key
        self.duration = duration
    }
}

/// What could be opened.
public struct ListeningReport: Sendable, Equatable {
    /// Another program has the port, as WireGuard does where the cluster runs.
    public static let taken = "taken"

    /// Why datagrams are not answered; empty where they are.
    public var udpRefusal: String
    /// Why connections are not taken; empty where they are.
    public var tcpRefusal: String

    /// Describes what was opened.
    public init(udpRefusal: String = "", tcpRefusal: String = "") {
        self.udpRefusal = udpRefusal
        self.tcpRefusal = tcpRefusal
    }
}

/// The way that one host shall measure.
public struct PathOrder: Sendable, Equatable {
    /// A literal IPv4 address.
    public var address: String
    /// 0: no datagrams.
    public var udpPort: Int
    /// 0: no connection.
    public var tcpPort: Int
    /// Packets whose round trips count, one every 10 ms.
    public var roundTrips: Int
    /// Further packets for loss and order, one every 2 ms.
    public var packets: Int
    /// Bytes of the largest IP packet that is tried unbroken.
    public var largestPacket: Int

    /// Describes a measurement.
    public init(
        address: String,
        udpPort: Int,
        tcpPort: Int,
        roundTrips: Int = 20,
        packets: Int = 200,
        largestPacket: Int = 1500
    ) {
        self.address = address
        self.udpPort = udpPort
        self.tcpPort = tcpPort
        self.roundTrips = roundTrips
        self.packets = packets
        self.largestPacket = largestPacket
    }
}

/// What one host measured of the way to another.
public struct PathMeasurement: Sendable, Equatable {
    /// Packets that were sent.
    public var sent = 0
    /// Packets that were answered.
    public var answered = 0
    /// Answers that came after that of a later packet.
    public var reordered = 0
    /// There and back, in microseconds; nothing where no packet was answered.
    public var roundTrip: RoundTrip?
    /// Bytes of the largest IP packet that arrived unbroken; nothing where none was tried.
    public var pathMTU: Int?
    /// The sender as the other host saw it.
    public var seen: Endpoint?
    /// The port that it sent from.
    public var ownPort = 0
    /// How the connection went; nothing where none was tried.
    public var connection: Connection?
    /// What the network answered instead; empty where it said nothing.
    public var complaint = ""

    /// Nothing was measured yet.
    public init() {}

    /// Times there and back, in microseconds.
    public struct RoundTrip: Sendable, Equatable {
        /// The shortest.
        public var shortest: Int64
        /// The one in the middle.
        public var median: Int64
        /// Only one in twenty took longer.
        public var late: Int64

        /// Describes times.
        public init(shortest: Int64, median: Int64, late: Int64) {
            self.shortest = shortest
            self.median = median
            self.late = late
        }

        /// Of single times; nothing where there is none.
        public init?(of times: [Int64]) {
            let sorted = times.sorted()
            guard let first = sorted.first else { return nil }
            shortest = first
            median = sorted[sorted.count / 2]
            late = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
        }
    }

    /// An address and a port.
    public struct Endpoint: Sendable, Hashable {
        /// Literal.
        public var address: String
        /// The port.
        public var port: Int

        /// Describes an end.
        public init(address: String, port: Int) {
            self.address = address
            self.port = port
        }
    }

    /// How a TCP connection went.
    public enum Connection: String, Sendable, Hashable, CaseIterable {
        /// It was taken.
        case open
        /// Nobody listens, or a firewall answered so.
        case refused
        /// Nothing came back.
        case silent
        /// A firewall or a router says that there is no way.
        case unreachable
    }

    /// Of a thousand packets, how many were lost; nothing where none was sent.
    public var lossPerMille: Int? {
        sent > 0 ? (sent - min(answered, sent)) * 1000 / sent : nil
    }
}

/// A machine that can measure ways to others, and be measured.
public protocol NetworkProber: Sendable {
    /// Opens what is ordered in place of what was open.
    func listen(_ order: ListeningOrder) async -> ListeningReport
    /// Measures with the key of the last order to listen.
    func measure(_ order: PathOrder) async -> PathMeasurement
    /// Closes everything.
    func stopListening() async
}

/// A machine that can be looked at and probed.
public typealias HostProber = HostInspector & NetworkProber
