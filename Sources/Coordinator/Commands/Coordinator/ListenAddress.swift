import ArgumentParser
import GRPCTransport

/// Where a server listens: `HOST:PORT`, `[IPv6]:PORT`, or `:PORT` for every address of the machine.
struct ListenAddress: ExpressibleByArgument, Sendable, Equatable {
    /// An address of this machine, or a name that has one; nil for all of them.
    let host: String?
    /// The TCP port; 0 takes a free one.
    let port: Int

    /// Nothing where the text is no address with a port.
    init?(argument: String) {
        guard let (host, port) = Endpoint.split(argument), let port else { return nil }
        self.host = host.isEmpty ? nil : host
        self.port = port
    }
}
