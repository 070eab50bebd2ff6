import Preflight

/// /proc/net/route: a line for each IPv4 route of the main table, addresses as hexadecimal numbers in the
/// machine's own order of bytes, which is little-endian on all that we run on.
enum RoutingTable {
    static func routes(in text: String) -> [HostObservation.Route] {
        text.textLines.dropFirst().compactMap { line in
            let cells = line.split(whereSeparator: \.isWhitespace)
            guard cells.count >= 8, let destination = UInt32(cells[1], radix: 16),
                let mask = UInt32(cells[7], radix: 16)
            else { return nil }
            let parts = [0, 8, 16, 24].map { String(destination >> UInt32($0) & 255) }
            return HostObservation.Route(
                destination: "\(parts.joined(separator: "."))/\(mask.nonzeroBitCount)",
                interface: String(cells[0])
            )
        }
    }
}
