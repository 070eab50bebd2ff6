/// The few figures wanted of texts that the kernel, `df` and `wg` write. What is not there or not a
/// number counts as zero or empty.
enum ProcText {
    /// The most peers that a report names.
    static let peerLimit = 256

    /// Without blanks and line ends around it.
    static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }

    /// The value of `PRETTY_NAME` in /etc/os-release.
    static func prettyName(_ text: String) -> String {
        let key = "PRETTY_NAME="
        guard let line = lines(text).first(where: { $0.hasPrefix(key) }) else { return "" }
        return trimmed(line.dropFirst(key.count).filter { $0 != "\"" && $0 != "'" })
    }

    /// How many processors /proc/cpuinfo lists.
    static func processors(_ text: String) -> Int {
        lines(text).count { $0.hasPrefix("processor") }
    }

    /// A figure of /proc/meminfo, in bytes.
    static func kibibytes(_ key: String, in text: String) -> Int64 {
        guard let line = lines(text).first(where: { $0.hasPrefix("\(key):") }) else { return 0 }
        let words = words(line)
        guard words.count > 1, let value = Int64(words[1]) else { return 0 }
        let (bytes, isTooMuch) = value.multipliedReportingOverflow(by: 1024)
        return isTooMuch ? 0 : bytes
    }

    /// One minute's load average, the first word of /proc/loadavg.
    static func load(_ text: String) -> Double {
        words(text[...]).first.flatMap { Double($0) } ?? 0
    }

    /// The last line of `df --output=size,avail`, in bytes.
    static func disk(_ text: String) -> (total: Int64, free: Int64) {
        let figures = lines(text).last.map(words)?.map { Int64($0) ?? 0 } ?? []
        return figures.count == 2 ? (figures[0], figures[1]) : (0, 0)
    }

    /// A peer of any WireGuard interface.
    struct Peer: Sendable, Equatable {
        /// As `wg` writes it.
        var publicKey: String
        /// `address:port`; empty where none is known.
        var endpoint: String
        /// Seconds since 1970; 0 where there was none.
        var latestHandshake: Int64
    }

    /// The peers of `wg show all latest-handshakes` with the endpoints of `wg show all endpoints`:
    /// lines of interface, public key and value.
    static func peers(handshakes: String, endpoints: String) -> [Peer] {
        var known: [Substring: Substring] = [:]
        for columns in lines(endpoints).map(words) where columns.count == 3 {
            known[columns[1]] = columns[2]
        }
        return lines(handshakes).map(words).compactMap { columns -> Peer? in
            guard columns.count == 3, let handshake = Int64(columns[2]) else { return nil }
            let endpoint = known[columns[1]].map(String.init) ?? ""
            return Peer(
                publicKey: OneLine.clip(String(columns[1])),
                endpoint: endpoint == "(none)" ? "" : OneLine.clip(endpoint),
                latestHandshake: handshake
            )
        }.prefix(peerLimit).map { $0 }
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isNewline)
    }

    private static func words(_ line: Substring) -> [Substring] {
        line.split(whereSeparator: \.isWhitespace)
    }
}
