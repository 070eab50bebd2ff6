import ArgumentParser

/// Where a server listens: `HOST:PORT`, `[IPv6]:PORT` or `:PORT` for all of IPv4.
struct ListenAddress: ExpressibleByArgument, Sendable, Equatable {
    /// An address of this machine, or a name that has one.
    let host: String
    /// The TCP port; 0 takes a free one.
    let port: Int

    /// Nothing where the text is no address with a port.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self.host = host.isEmpty ? "0.0.0.0" : String(host)
        self.port = port
    }
}
