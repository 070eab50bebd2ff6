/// `/etc/hosts`, as far as a machine's own name is concerned.
enum HostsFile {
    /// Debian's address for a machine's own name.
    private static let address = "127.0.1.1"

    /// The file with one line that gives the name to the machine, in the place of the ones it had.
    /// A name with dots gets its first label as an alias, so that both resolve at once.
    static func naming(_ hostname: String, in text: String) -> String {
        let label = hostname.prefix { $0 != "." }
        let line = "\(address) \(hostname)" + (label == hostname ? "" : " \(label)")
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let place =
            lines.firstIndex(where: isOwnName)
            ?? lines.firstIndex(where: isLoopback).map { $0 + 1 } ?? 0
        lines.removeAll(where: isOwnName)
        lines.insert(line, at: min(place, lines.count))
        return lines.map { $0 + "\n" }.joined()
    }

    private static func isOwnName(_ line: String) -> Bool {
        firstField(of: line) == address
    }

    private static func isLoopback(_ line: String) -> Bool {
        firstField(of: line) == "127.0.0.1"
    }

    private static func firstField(of line: String) -> String? {
        line.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
