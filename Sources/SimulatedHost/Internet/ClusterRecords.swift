/// The server of a cluster.
struct ServerRecord: Codable, Sendable {
    /// Its node.
    var node: String
    /// SHA-256 of the cluster's certificate authority, in hexadecimal digits.
    var authority: String
    /// From when on its API answers.
    var readyAt: Int64
    /// Of the token that further servers join with; nothing in records of earlier releases.
    var tokenHash: String?
}

/// A registered node: what it said, and what others annotated.
struct NodeRecord: Codable, Sendable {
    var name: String
    /// The simulated machine.
    var host: String
    var internalAddress: String
    var publicAddress: String
    var labels: [String]
    var registeredAt: Int64
    /// What users set; Kilo's own come from the mesh.
    var annotations: [String: String]
    /// WireGuard's public key.
    var key: String
    /// How long Kilo takes to start on the machine.
    var kiloStart: Int64
    /// Milliseconds by which the machine's clock is wrong.
    var clockSkew: Int64
}

/// A bootstrap token; its secret is not kept.
struct TokenRecord: Codable, Sendable {
    var token: String
    var secretHash: String
    var description: String
    var expires: Int64
}

/// An object of the cluster, as it was applied.
struct ObjectRecord: Codable, Sendable {
    var object: JSONValue
    var appliedAt: Int64

    /// `apps/v1`, `DaemonSet`, `kube-system`, `kilo`.
    var apiVersion: String { object["apiVersion"].text }
    var kind: String { object["kind"].text }
    var namespace: String { object["metadata"]["namespace"].text }
    var name: String { object["metadata"]["name"].text }

    /// `DaemonSet.kube-system.kilo`.
    var path: String { "\(kind).\(namespace).\(name)" }
}
