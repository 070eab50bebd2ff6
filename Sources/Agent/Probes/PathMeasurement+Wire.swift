import FoundationEssentials
import Plan
public import Preflight
public import Protocol
import SwiftProtobuf

extension WireListeningOrder {
    /// An order on the wire.
    public init(_ order: ListeningOrder) {
        self.init()
        udpPort = Int32(clamping: order.udpPort)
        tcpPort = Int32(clamping: order.tcpPort)
        key = .init(order.key.reveal())
        duration = order.duration
    }
}

extension ListeningOrder {
    /// Milliseconds that anything may stay open at most.
    static let longest: Int64 = 600_000

    init(_ wire: WireListeningOrder) {
        self.init(
            udpPort: Int(wire.udpPort),
            tcpPort: Int(wire.tcpPort),
            key: Secret(Array(wire.key)),
            duration: min(max(0, wire.duration), Self.longest)
        )
    }
}

extension WireListeningReport {
    init(_ report: ListeningReport) {
        self.init()
        udpRefusal = report.udpRefusal
        tcpRefusal = report.tcpRefusal
    }
}

extension ListeningReport {
    /// What an agent says that it opened.
    public init(_ wire: WireListeningReport) {
        self.init(
            udpRefusal: Bounded.word(wire.udpRefusal),
            tcpRefusal: Bounded.word(wire.tcpRefusal)
        )
    }
}

extension WirePathOrder {
    /// An order on the wire.
    public init(_ order: PathOrder) {
        self.init()
        address = order.address
        udpPort = Int32(clamping: order.udpPort)
        tcpPort = Int32(clamping: order.tcpPort)
        roundTrips = Int32(clamping: order.roundTrips)
        packets = Int32(clamping: order.packets)
        largestPacket = Int32(clamping: order.largestPacket)
    }
}

extension PathOrder {
    /// What a coordinator asks for, within bounds: a few hundred small packets.
    init(_ wire: WirePathOrder) {
        self.init(
            address: wire.address,
            udpPort: Int(wire.udpPort),
            tcpPort: Int(wire.tcpPort),
            roundTrips: Int(min(max(0, wire.roundTrips), 100)),
            packets: Int(min(max(0, wire.packets), 1000)),
            largestPacket: Int(min(max(0, wire.largestPacket), 9216))
        )
    }
}

extension WirePathMeasurement {
    /// A measurement on the wire.
    public init(_ path: PathMeasurement) {
        self.init()
        sent = Int32(clamping: path.sent)
        answered = Int32(clamping: path.answered)
        reordered = Int32(clamping: path.reordered)
        shortestRoundTrip = path.roundTrip?.shortest ?? 0
        medianRoundTrip = path.roundTrip?.median ?? 0
        lateRoundTrip = path.roundTrip?.late ?? 0
        pathMtu = Int32(clamping: path.pathMTU ?? 0)
        seenAddress = path.seen?.address ?? ""
        seenPort = Int32(clamping: path.seen?.port ?? 0)
        ownPort = Int32(clamping: path.ownPort)
        tcp = path.connection?.rawValue ?? ""
        complaint = path.complaint
    }
}

extension PathMeasurement {
    /// What an agent says that it measured.
    public init(_ wire: WirePathMeasurement) {
        self.init()
        sent = Int(max(0, wire.sent))
        answered = Int(max(0, wire.answered))
        reordered = Int(max(0, wire.reordered))
        if answered > 0 {
            roundTrip = RoundTrip(
                shortest: max(0, wire.shortestRoundTrip),
                median: max(0, wire.medianRoundTrip),
                late: max(0, wire.lateRoundTrip)
            )
        }
        if wire.pathMtu > 0 { pathMTU = Int(wire.pathMtu) }
        if !wire.seenAddress.isEmpty {
            seen = Endpoint(address: Bounded.word(wire.seenAddress), port: Int(wire.seenPort))
        }
        ownPort = Int(wire.ownPort)
        connection = Connection(rawValue: wire.tcp)
        complaint = Bounded.word(wire.complaint)
    }
}
