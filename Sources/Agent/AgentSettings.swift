import FoundationEssentials
import GRPCTransport
public import Plan
import Trust

/// What enrolment settled: who this agent is, and where its coordinator listens. Kept as
/// `agent.json`; never a secret.
public struct AgentSettings: Sendable, Equatable, Codable {
    /// The cluster, as in SPIFFE identities.
    public var cluster: String
    /// The id that this machine has in plans.
    public var node: HostID
    /// The coordinator's name or address.
    public var host: String
    /// The coordinator's port.
    public var port: UInt16

    /// Joins the parts.
    public init(cluster: String, node: HostID, host: String, port: UInt16) {
        self.cluster = cluster
        self.node = node
        self.host = host
        self.port = port
    }

    /// `host:port`, with an IPv6 address in brackets.
    public var coordinator: String {
        Endpoint(host: host, port: Int(port)).description
    }

    /// Whose certificate the agent's is.
    var identity: SPIFFEIdentity { .agent(cluster: cluster, id: node) }

    /// The URI that the coordinator's certificate must have.
    var coordinatorURI: String { SPIFFEIdentity.coordinator(cluster: cluster).uri }
}
