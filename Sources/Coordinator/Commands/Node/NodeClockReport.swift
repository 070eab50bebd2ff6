import Protocol

/// A node's clock and the way to it, for people.
enum NodeClockReport {
    /// From so many microseconds on a skew is worth a word: a second.
    static let noteworthy: Int64 = 1_000_000
    /// From here on Kilo may leave a node out of the mesh: it counts a node as gone whose last
    /// check-in, every 30 s by the node's clock, is 60 s old by another's (pkg/mesh/backend.go).
    static let harmful: Int64 = 30_000_000

    /// `75ms`, with the tenth below ten; `-` where no probe was answered.
    static func roundTrip(_ node: WireNode) -> String {
        node.hasClock ? milliseconds(node.clock.medianRoundTrip) : "-"
    }

    /// `+3.2s`, `-12ms`; `<5ms` where the skew is smaller than what is known about it.
    static func skew(_ node: WireNode) -> String {
        guard node.hasClock else { return "-" }
        let clock = node.clock
        guard clock.skew.magnitude > clock.uncertainty.magnitude else {
            return "<" + milliseconds(clock.uncertainty)
        }
        return (clock.skew < 0 ? "-" : "+") + span(Int64(clamping: clock.skew.magnitude))
    }

    /// A sentence and the command that helps, for each connected node whose clock is certainly off.
    static func warnings(_ nodes: [WireNode]) -> [String] {
        nodes.sorted { $0.id < $1.id }.compactMap { node in
            guard node.connected, node.hasClock else { return nil }
            let off = Int64(clamping: node.clock.skew.magnitude)
            guard
                off.subtractingReportingOverflow(node.clock.uncertainty).partialValue
                    > noteworthy
            else { return nil }
            let side = node.clock.skew < 0 ? "behind" : "ahead of"
            let harm =
                off >= harmful
                ? "Kilo leaves such a node out of the mesh"
                : "from 30 s on Kilo leaves a node out of the mesh"
            return """
                Warning: the clock of \(node.id) is \(span(off)) \(side) the coordinator's; \(harm).
                  Let the network set it, on \(node.id): timedatectl set-ntp true \
                (without a service for that: apt install systemd-timesyncd)
                """
        }
    }

    private static func span(_ microseconds: Int64) -> String {
        guard microseconds >= noteworthy else { return milliseconds(microseconds) }
        guard microseconds < 60_000_000 else {
            return Spans.short(milliseconds: microseconds / 1000)
        }
        let tenths = microseconds / 100_000
        return "\(tenths / 10).\(tenths % 10)s"
    }

    /// Never zero: what is measured takes some time.
    private static func milliseconds(_ microseconds: Int64) -> String {
        let tenths = max(1, microseconds / 100)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10)ms" : "\(tenths / 10)ms"
    }
}
