/// What the tools of Linux' packet filters print.
enum FirewallTables {
    /// The lines of the filter table in `iptables-save`'s output.
    static func filterTable(in text: String) -> [String] {
        var isFilter = false
        var lines: [String] = []
        for line in text.textLines {
            if line.hasPrefix("*") { isFilter = line == "*filter" }
            if isFilter, line.hasPrefix(":") || line.hasPrefix("-A") { lines.append(line) }
        }
        return Array(lines.prefix(1000))
    }

    /// Rules that drop or reject in input chains of nftables' own tables, from `nft list ruleset`. Tables
    /// that iptables made are marked with a warning, and told by iptables.
    static func nativeRefusals(in text: String) -> [String] {
        var found: [String] = []
        var isForeign = false
        var isMarked = false
        var isInput = false
        for line in text.textLines {
            let words = line.split(whereSeparator: { $0.isWhitespace || $0 == ";" })
            if line.hasPrefix("# Warning:") { isMarked = true }
            if line.hasPrefix("table ") {
                isForeign = isMarked || !(words.contains("ip") || words.contains("inet"))
                isMarked = false
            }
            if words.first == "chain" { isInput = false }
            guard !isForeign else { continue }
            if words.first == "type", words.contains("filter") {
                isInput = words.contains("input")
                if isInput, words.suffix(2).elementsEqual(["policy", "drop"]) {
                    found.append("policy drop")
                }
            } else if isInput, words.contains("reject") || words.contains("drop") {
                found.append(words.joined(separator: " "))
            }
        }
        return Array(found.prefix(10))
    }
}
