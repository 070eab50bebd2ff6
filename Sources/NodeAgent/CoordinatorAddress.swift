import ArgumentParser

/// Where a coordinator listens, as an operator writes it: `HOST`, `HOST:PORT`, `[IPV6]:PORT`.
struct CoordinatorAddress: ExpressibleByArgument, Equatable, Sendable {
    /// The port of `coordinator init`, unless told otherwise.
    static let usualPort: UInt16 = 7443

    /// A name or an address, without brackets.
    let host: String
    /// From 1 on.
    let port: UInt16

    init?(argument: String) {
        guard let (host, port) = Self.split(argument), !host.isEmpty, host.utf8.count <= 253,
            host.utf8.allSatisfy(Self.isAllowed)
        else { return nil }
        guard let port else {
            self.init(host: host, port: Self.usualPort)
            return
        }
        guard let number = UInt16(port), number > 0 else { return nil }
        self.init(host: host, port: number)
    }

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    private static func split(_ text: String) -> (host: String, port: String?)? {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, nil) }
            return rest.first == ":" ? (host, String(rest.dropFirst())) : nil
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: return (text, nil)
        case 2: return (parts[0], parts[1])
        // An IPv6 address without brackets has no port.
        default: return (text, nil)
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ".-:_%".utf8.contains(byte)
        }
    }
}
