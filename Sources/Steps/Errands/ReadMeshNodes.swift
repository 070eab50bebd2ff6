import FoundationEssentials
public import Plan

/// What the cluster knows of its nodes and their places in the mesh. Runs on the server.
public struct ReadMeshNodes: Errand {
    /// `mesh-nodes`.
    public static let kind = "mesh-nodes"

    /// Asks for all nodes.
    public init() {}

    /// JSON: `[MeshNodeReport]`.
    public func run(_ context: StepContext) async throws(StepFailure) -> Secret {
        let kubectl = Kubectl(context)
        let answer = try await kubectl.require(["get", "nodes", "-o", "json"])
        let nodes = try kubectl.decode(KubernetesList<KubernetesNode>.self, from: answer).items
        return try MeshReports.encode(nodes.map(MeshNodeReport.init))
    }
}

/// A node as the cluster knows it.
public struct MeshNodeReport: Sendable, Equatable, Codable {
    /// Its name.
    public var name: String
    /// The label `topology.kubernetes.io/region`; empty where there is none.
    public var region = ""
    /// WireGuard's public key; empty where Kilo has made none.
    public var key = ""
    /// `ADDRESS:PORT` that others send to; empty where it is not known.
    public var endpoint = ""
    /// Inside the mesh, without its prefix length; empty where it has none.
    public var address = ""
    /// Whether Kubernetes calls it Ready.
    public var isReady = false

    /// Describes a node.
    public init(
        name: String,
        region: String = "",
        key: String = "",
        endpoint: String = "",
        address: String = "",
        isReady: Bool = false
    ) {
        self.name = name
        self.region = region
        self.key = key
        self.endpoint = endpoint
        self.address = address
        self.isReady = isReady
    }

    init(_ node: KubernetesNode) {
        self.init(
            name: node.metadata.name,
            region: node.metadata.labels?["topology.kubernetes.io/region"] ?? "",
            key: node.annotation(.key) ?? "",
            endpoint: node.annotation(.endpoint) ?? "",
            address: String((node.annotation(.wireguardIP) ?? "").prefix { $0 != "/" }),
            isReady: node.ready?.status == "True"
        )
    }
}

/// Reports as JSON.
public enum MeshReports {
    static func encode(_ reports: some Encodable) throws(StepFailure) -> Secret {
        do {
            return Secret(Array(try JSONEncoder().encode(reports)))
        } catch {
            throw StepFailure("the answer cannot be written: \(error)")
        }
    }

    /// Reads what an agent answered; nothing where it is none of it.
    public static func decode<Report: Decodable>(
        _ type: Report.Type,
        from answer: Secret
    ) -> Report? {
        try? JSONDecoder().decode(type, from: Data(answer.reveal()))
    }
}
