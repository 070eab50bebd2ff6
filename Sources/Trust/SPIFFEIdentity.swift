public import Plan

/// Who a certificate speaks for, as a SPIFFE ID in its URI SAN.
///
/// The trust domain is the cluster's name, a DNS name; the path says the role and the name in it.
public enum SPIFFEIdentity: Hashable, Sendable {
    /// `spiffe://CLUSTER/coordinator`.
    case coordinator(cluster: String)
    /// `spiffe://CLUSTER/agent/ID`.
    case agent(cluster: String, id: HostID)
    /// `spiffe://CLUSTER/operator/NAME`; a name is an RFC 1123 label.
    case `operator`(cluster: String, name: String)

    /// Reads an ID exactly as `uri` writes it; anything else is nobody.
    public init?(uri: String) {
        let scheme = "spiffe://"
        guard uri.utf8.starts(with: scheme.utf8) else { return nil }
        let parts = uri.dropFirst(scheme.count)
            .split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        guard let cluster = parts.first, RFC1123.isName(cluster) else { return nil }
        switch (parts.count, parts.dropFirst().first) {
        case (2, "coordinator"):
            self = .coordinator(cluster: cluster)
        case (3, "agent"):
            guard let id = HostID(parts[2]) else { return nil }
            self = .agent(cluster: cluster, id: id)
        case (3, "operator"):
            guard RFC1123.isLabel(parts[2]) else { return nil }
            self = .operator(cluster: cluster, name: parts[2])
        default:
            return nil
        }
    }

    /// The ID as text. It reads back only where the cluster and the name are well-formed, which
    /// `CertificateAuthority.issue` makes sure of.
    public var uri: String {
        switch self {
        case .coordinator(let cluster): "spiffe://\(cluster)/coordinator"
        case .agent(let cluster, let id): "spiffe://\(cluster)/agent/\(id)"
        case .operator(let cluster, let name): "spiffe://\(cluster)/operator/\(name)"
        }
    }

    /// The trust domain.
    public var cluster: String {
        switch self {
        case .coordinator(let cluster), .agent(let cluster, _), .operator(let cluster, _): cluster
        }
    }

    /// What a certificate's subject calls it: a word for people, at most 63 bytes.
    var commonName: String {
        switch self {
        case .coordinator: "coordinator"
        case .agent(_, let id): id.description
        case .operator(_, let name): name
        }
    }
}
