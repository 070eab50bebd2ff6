import ArgumentParser
import GRPCTransport

/// Where a coordinator listens, as an operator writes it: `HOST`, `HOST:PORT`, `[IPV6]:PORT`.
struct CoordinatorAddress: ExpressibleByArgument, Equatable, Sendable {
    /// The port of `coordinator init`, unless told otherwise.
    static let usualPort: UInt16 = 7443

    /// A name or an address, without brackets.
    let host: String
    /// From 1 on.
    let port: UInt16

    init?(argument: String) {
        guard let (host, port) = Endpoint.split(argument), port != 0, !host.isEmpty,
            host.utf8.count <= 253, host.utf8.allSatisfy(Self.isAllowed)
        else { return nil }
        self.host = host
        self.port = port.map { UInt16(clamping: $0) } ?? Self.usualPort
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
