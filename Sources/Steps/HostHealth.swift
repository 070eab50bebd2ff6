/// How a machine is doing; empty or 0 what it does not tell.
public struct HostHealth: Sendable, Equatable {
    /// One minute's load average.
    public var load: Double = 0
    /// Bytes.
    public var memoryTotal: Int64 = 0
    /// Bytes that programs can still get without swapping.
    public var memoryAvailable: Int64 = 0
    /// Bytes of the file system that K3s keeps its data on.
    public var diskTotal: Int64 = 0
    /// Bytes.
    public var diskFree: Int64 = 0
    /// `k3s.service` or `k3s-agent.service`, whichever there is.
    public var k3sUnit: String = ""
    /// systemd's ActiveState of it.
    public var k3sState: String = ""
    /// The other ends of its tunnels.
    public var peers: [Peer] = []

    /// Nothing is told yet.
    public init() {}

    /// The other end of a WireGuard tunnel.
    public struct Peer: Sendable, Equatable {
        /// Base64.
        public var publicKey: String
        /// Address and port; empty where it is not known yet.
        public var endpoint: String
        /// Seconds since 1970 by the real clock; 0 where there was none yet.
        public var latestHandshake: Int64

        /// Describes a peer.
        public init(publicKey: String, endpoint: String, latestHandshake: Int64) {
            self.publicKey = publicKey
            self.endpoint = endpoint
            self.latestHandshake = latestHandshake
        }
    }
}

/// A machine that tells how it is doing.
public protocol HealthSource: Sendable {
    /// Looks at the machine; takes what it can get.
    func health() async -> HostHealth
}

extension HostHealth {
    /// Tells the state of K3s' unit, the server's where there are both.
    public mutating func lookAtK3s(of host: any Host) async {
        for name in ["k3s.service", "k3s-agent.service"] {
            guard let unit = try? await host.unit(name), unit.exists else { continue }
            k3sUnit = name
            k3sState = unit.active
            return
        }
    }
}
