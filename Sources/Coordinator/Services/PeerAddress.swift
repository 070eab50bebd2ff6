import GRPCCore

/// Where a call comes from.
enum PeerAddress {
    /// The IP address of a peer as gRPC writes it, `ipv4:ADDRESS:PORT` or `ipv6:[ADDRESS]:PORT`;
    /// anything else stays as it is. The port of a client says nothing: each connection has another.
    static func address(of peer: String) -> String {
        for scheme in ["ipv4:", "ipv6:"] where peer.hasPrefix(scheme) {
            let rest = peer.dropFirst(scheme.count)
            guard let colon = rest.lastIndex(of: ":") else { return peer }
            return rest[..<colon].filter { !"[]".contains($0) }
        }
        return peer
    }
}

extension ServerContext {
    /// The caller's IP address.
    var remoteAddress: String { PeerAddress.address(of: remotePeer) }
}
