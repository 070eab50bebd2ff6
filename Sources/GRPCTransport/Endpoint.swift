/// Where a server is reached, or where it listens: a host and a TCP port.
public struct Endpoint: Hashable, Sendable {
    /// A DNS name or a literal address; an IPv6 address stands without brackets.
    public let host: String
    /// 0 to 65,535.
    public let port: Int

    /// Joins the parts, which are taken as they are.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Cuts `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT` or `IPV6` apart (RFC 3986, 3.2.2: an IPv6 address
    /// with a port needs its brackets).
    ///
    /// - Parameter text: As a person writes it.
    /// - Returns: The host, which may be empty and is not looked at further, and the port where there is one;
    ///   nil for brackets that do not match and for what is no port.
    public static func split(_ text: String) -> (host: String, port: Int?)? {
        let host: Substring
        let rest: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[..<end].dropFirst()
            rest = text[end...].dropFirst()
        } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            host = text[..<colon]
            rest = text[colon...]
        } else {
            return (text, nil)
        }
        if rest.isEmpty { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        return (String(host), port)
    }
}

extension Endpoint: CustomStringConvertible {
    /// `HOST:PORT`, with an IPv6 address in brackets.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
