/// The filter table of iptables, as `iptables-save` prints it, and what it does to a packet that begins
/// a conversation.
///
/// Only rules that certainly meet the packet count: one with a match that is not understood here, or that
/// is narrower than "from anywhere on the internet", is passed over. So what is said to be refused is
/// refused; what is said to pass may still be caught by a rule too clever for this.
struct PacketFilter: Sendable, Equatable {
    /// A packet that begins a conversation.
    struct Packet: Sendable, Equatable {
        /// `tcp` or `udp`; nothing for any.
        var transport: String?
        /// Where it goes; nothing for any.
        var port: Int?
    }

    /// What refuses a packet: the rule, or the chain's policy.
    struct Refusal: Sendable, Equatable {
        var words: String
    }

    private var policies: [String: String] = [:]
    private var rules: [String: [[String]]] = [:]

    /// Reads lines of `iptables-save -t filter`.
    init(_ lines: [String]) {
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            if first.hasPrefix(":"), words.count >= 2 {
                policies[String(first.dropFirst())] = words[1]
            } else if first == "-A", words.count >= 3 {
                rules[words[1], default: []].append(Array(words.dropFirst(2)))
            }
        }
    }

    /// What becomes of the packet in a built-in chain; nothing where it passes.
    func refusal(of packet: Packet, in chain: String) -> Refusal? {
        switch fate(of: packet, in: chain, depth: 0) {
        case .refused(let words): return Refusal(words: words)
        case .accepted: return nil
        case .returned:
            let policy = policies[chain] ?? "ACCEPT"
            return policy == "DROP" ? Refusal(words: "policy DROP of \(chain)") : nil
        }
    }

    private enum Fate {
        case accepted
        case refused(String)
        case returned
    }

    private func fate(of packet: Packet, in chain: String, depth: Int) -> Fate {
        // A ruleset cannot loop; text from elsewhere can.
        guard depth < 16 else { return .returned }
        for rule in rules[chain] ?? [] {
            guard let target = Self.target(of: rule), Self.meets(rule, packet) else { continue }
            switch target {
            case "ACCEPT": return .accepted
            case "DROP", "REJECT": return .refused("-A \(chain) \(rule.joined(separator: " "))")
            case "RETURN": return .returned
            default:
                guard rules[target] != nil else { continue }
                let fate = fate(of: packet, in: target, depth: depth + 1)
                if case .returned = fate { continue }
                return fate
            }
        }
        return .returned
    }

    private static func target(of rule: [String]) -> String? {
        guard let place = rule.firstIndex(where: { $0 == "-j" || $0 == "-g" }),
            rule.indices.contains(place + 1)
        else { return nil }
        return rule[place + 1]
    }

    /// Whether the rule certainly meets the packet, whoever sends it.
    private static func meets(_ rule: [String], _ packet: Packet) -> Bool {
        var words = rule[...]
        while let word = words.popFirst() {
            switch word {
            case "-j", "-g": return true
            case "-p":
                guard let transport = packet.transport, words.popFirst() == transport else {
                    return false
                }
            case "-m":
                guard let module = words.popFirst(), known.contains(module) else { return false }
            case "--dport", "--dports":
                guard let ports = words.popFirst(), let port = packet.port, covers(ports, port)
                else { return false }
            case "--ctstate", "--state":
                guard let states = words.popFirst(), states.split(separator: ",").contains("NEW")
                else { return false }
            case "-s", "-d":
                guard words.popFirst() == "0.0.0.0/0" else { return false }
            case "--comment":
                dropComment(&words)
            default: return false
            }
        }
        return true
    }

    private static let known: Set<String> = [
        "tcp", "udp", "conntrack", "state", "comment", "multiport",
    ]

    private static func dropComment(_ words: inout ArraySlice<String>) {
        guard let first = words.popFirst(), first.hasPrefix("\""), !isClosed(first) else { return }
        while let word = words.popFirst(), !word.hasSuffix("\"") {}
    }

    private static func isClosed(_ word: String) -> Bool {
        word.count > 1 && word.hasSuffix("\"")
    }

    /// Whether `53`, `53,80` or `6000:7000` holds the port.
    private static func covers(_ ports: String, _ port: Int) -> Bool {
        ports.split(separator: ",").contains { part in
            let ends = part.split(separator: ":").compactMap { Int($0) }
            return switch ends.count {
            case 1: ends[0] == port
            case 2: ends[0] <= port && port <= ends[1]
            default: false
            }
        }
    }
}
