import Plan

/// A peer of the mesh's interface, as `wg` shows it.
struct WireGuardPeer: Sendable, Equatable {
    /// Its public key.
    var key: String
    /// `ADDRESS:PORT`; nothing where it is not known.
    var endpoint: String?
    /// Ranges that belong to the peer.
    var allowedIPs: [String]
    /// The last handshake, seconds since 1970; 0 where there was none.
    var handshake: Int64

    /// The interface that Kilo makes.
    static let interface = "kilo0"

    /// All peers; nothing where there is no such interface. The first line of the answer holds the
    /// private key and is dropped unread.
    static func all(_ context: StepContext) async throws(StepFailure) -> [WireGuardPeer]? {
        let command = Command(["wg", "show", interface, "dump"], outputIsSecret: true)
        guard let result = try await context.probe(command), result.status == 0 else { return nil }
        return result.standardOutput.split(separator: "\n").dropFirst()
            .compactMap(WireGuardPeer.init(line:))
    }

    /// Reads `public-key, preshared-key, endpoint, allowed-ips, …`, parted by tabs.
    private init?(line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count >= 4 else { return nil }
        key = String(fields[0])
        handshake = fields.count > 4 ? Int64(fields[4]) ?? 0 : 0
        endpoint = fields[2] == "(none)" ? nil : String(fields[2])
        allowedIPs = fields[3].split(separator: ",").map(String.init)
    }

    /// The endpoint without its port.
    var address: Substring? {
        guard let endpoint, let colon = endpoint.lastIndex(of: ":") else { return nil }
        return endpoint[..<colon]
    }

    /// The peer's own address inside the mesh.
    func tunnelAddress(in subnet: IPv4Network) -> String? {
        allowedIPs.lazy
            .filter { $0.hasSuffix("/32") }
            .map { String($0.dropLast(3)) }
            .first(where: subnet.contains)
    }
}
