/// What an operator asks for: one Kubernetes cluster over hosts that share nothing but the internet.
/// An instance has every default filled in and every rule of `PlanCheck` kept.
public struct ClusterPlan: Sendable, Equatable {
    /// The only `apiVersion` this release reads.
    public static let apiVersion = "isthmus/v1alpha1"
    /// The only `kind` there is.
    public static let kind = "ClusterPlan"

    /// What the cluster is called.
    public var metadata: PlanMetadata
    /// The servers, in the plan's order; an odd number of them are K3s servers.
    public var hosts: [PlannedHost]
    /// Kubernetes.
    public var k3s: K3sSettings
    /// The network between the hosts.
    public var mesh: MeshSettings
    /// The web page for the cluster.
    public var dashboard: DashboardSettings
    /// What publishes the cluster's pages; nothing where nothing does.
    public var tunnel: TunnelSettings?
    /// The files that are placed on hosts or applied to the cluster.
    public var artifacts: ArtifactSettings
    /// Time limits and how much happens at once.
    public var policies: PolicySettings

    /// Joins the parts.
    public init(
        metadata: PlanMetadata,
        hosts: [PlannedHost],
        k3s: K3sSettings,
        mesh: MeshSettings,
        dashboard: DashboardSettings = .init(),
        tunnel: TunnelSettings? = nil,
        artifacts: ArtifactSettings,
        policies: PolicySettings
    ) {
        self.metadata = metadata
        self.hosts = hosts
        self.k3s = k3s
        self.mesh = mesh
        self.dashboard = dashboard
        self.tunnel = tunnel
        self.artifacts = artifacts
        self.policies = policies
    }
}

/// What the cluster is called.
public struct PlanMetadata: Sendable, Equatable {
    /// An RFC 1123 label.
    public var name: String

    /// Names the cluster.
    public init(name: String) {
        self.name = name
    }
}

/// What a host is for.
public enum HostRole: String, Sendable, Equatable, CaseIterable {
    /// Runs Kubernetes' control plane, and work.
    case server
    /// Runs work.
    case agent
}

/// One server of a cloud.
public struct PlannedHost: Sendable, Equatable {
    /// The key; also the id that its agent enrolled with.
    public var id: HostID
    /// The machine's hostname and the Kubernetes node's name; an RFC 1123 name. Default: the id.
    public var hostname: String
    /// What it is for.
    public var role: HostRole
    /// The address that the other hosts reach it at: a literal IPv4 address.
    public var publicAddress: String
    /// The address on one of its interfaces that Kubernetes calls InternalIP.
    /// Default: the public address.
    public var internalAddress: String
    /// Whether the public address is a gateway's that others cannot open connections to, so that
    /// WireGuard must keep the way open from inside. Default: false.
    public var behindNAT: Bool
    /// `topology.kubernetes.io/region`.
    public var region: String?
    /// `kilo.squat.ai/location`; with full granularity it is a label only. Default: the region.
    public var location: String?
    /// Further labels of the Kubernetes node, applied when it registers.
    public var labels: [String: String]
    /// Taints of the Kubernetes node as `key=value:Effect`, applied when it registers.
    public var taints: [String]

    /// Describes a host.
    public init(
        id: HostID,
        hostname: String,
        role: HostRole,
        publicAddress: String,
        internalAddress: String,
        behindNAT: Bool = false,
        region: String? = nil,
        location: String? = nil,
        labels: [String: String] = [:],
        taints: [String] = []
    ) {
        self.id = id
        self.hostname = hostname
        self.role = role
        self.publicAddress = publicAddress
        self.internalAddress = internalAddress
        self.behindNAT = behindNAT
        self.region = region
        self.location = location
        self.labels = labels
        self.taints = taints
    }
}

/// Kubernetes.
public struct K3sSettings: Sendable, Equatable {
    /// What `disable` takes.
    public static let components = [
        "coredns", "local-storage", "metrics-server", "runtimes", "servicelb", "traefik",
    ]

    /// An exact release, `vX.Y.Z+k3sN`.
    public var version: String
    /// DNS names that the API's certificate is valid for, beside the server's public address.
    public var tlsSANs: [String]
    /// Packaged components left out. Default: traefik and servicelb, which would answer on every
    /// public address.
    public var disable: [String]
    /// Pods' addresses. Default: 10.42.0.0/16.
    public var clusterCIDR: String
    /// Services' addresses. Default: 10.43.0.0/16.
    public var serviceCIDR: String
    /// Whether Secrets are encrypted in the datastore; it cannot be turned on later. Default: true.
    public var secretsEncryption: Bool
    /// What is done where a server may not reach its own public address. Default: it is only looked at.
    public var hairpin: HairpinHandling
    /// The certificate (PEM) of the key that the first snapshot is sealed for; without it no copy is
    /// kept.
    public var snapshotRecipient: String?
    /// Further keys of the server's configuration.
    public var serverConfig: [String: K3sOption]
    /// Further keys of the agents' configuration.
    public var agentConfig: [String: K3sOption]

    /// Describes Kubernetes.
    public init(
        version: String,
        tlsSANs: [String] = [],
        disable: [String] = ["traefik", "servicelb"],
        clusterCIDR: String = "10.42.0.0/16",
        serviceCIDR: String = "10.43.0.0/16",
        secretsEncryption: Bool = true,
        hairpin: HairpinHandling = .check,
        snapshotRecipient: String? = nil,
        serverConfig: [String: K3sOption] = [:],
        agentConfig: [String: K3sOption] = [:]
    ) {
        self.version = version
        self.tlsSANs = tlsSANs
        self.disable = disable
        self.clusterCIDR = clusterCIDR
        self.serviceCIDR = serviceCIDR
        self.secretsEncryption = secretsEncryption
        self.hairpin = hairpin
        self.snapshotRecipient = snapshotRecipient
        self.serverConfig = serverConfig
        self.agentConfig = agentConfig
    }
}

/// What is done about clouds that do not bring a packet back to the machine it comes from.
public enum HairpinHandling: String, Sendable, Equatable, CaseIterable {
    /// The server asks itself by its public address; where that fails, its step does.
    case check
    /// Servers have their public address on an interface of their own, too.
    case interface
}

/// The network between the hosts: Kilo, one WireGuard peer for each host (full granularity).
public struct MeshSettings: Sendable, Equatable {
    /// The only `kind` there is.
    public static let kind = "kilo"
    /// The only `granularity` there is: every host is a peer of every other.
    public static let granularity = "full"

    /// A Kilo release, `X.Y.Z`. Default: 0.7.0.
    public var kiloVersion: String
    /// Where Kilo's image comes from instead of its release's registry. Default: nothing.
    public var image: String?
    /// WireGuard's UDP port. Default: 51820.
    public var port: Int
    /// WireGuard's addresses. Default: 10.4.0.0/16.
    public var subnet: String
    /// Bytes a packet inside the mesh may have; the same for WireGuard and the pods' bridge.
    /// Default: 1420, which a path of 1500 carries.
    public var mtu: Int
    /// Seconds between keepalives of hosts behind NAT; others send none, for Kilo would then
    /// prefer a discovered endpoint over the configured one. Default: 25.
    public var natKeepalive: Int

    /// Describes the mesh.
    public init(
        kiloVersion: String = "0.7.0",
        image: String? = nil,
        port: Int = 51820,
        subnet: String = "10.4.0.0/16",
        mtu: Int = 1420,
        natKeepalive: Int = 25
    ) {
        self.kiloVersion = kiloVersion
        self.image = image
        self.port = port
        self.subnet = subnet
        self.mtu = mtu
        self.natKeepalive = natKeepalive
    }
}

/// Where a file comes from and what it must be.
public struct ArtifactReference: Sendable, Equatable {
    /// An `https`, `http` or `file` URL.
    public var url: String
    /// 64 lower-case hexadecimal digits. Without it the coordinator records what it got first.
    public var sha256: String?
    /// Where the release publishes `HASH  NAME` lines; read when `sha256` is missing.
    public var checksumsURL: String?

    /// Names a file.
    public init(url: String, sha256: String? = nil, checksumsURL: String? = nil) {
        self.url = url
        self.sha256 = sha256
        self.checksumsURL = checksumsURL
    }
}

/// Processor architectures, as Debian names them.
public enum Architecture: String, Sendable, Hashable, CaseIterable, Codable {
    /// 64-bit x86.
    case amd64
    /// 64-bit ARM.
    case arm64
}

/// The files that are placed on hosts or applied to the cluster.
public struct ArtifactSettings: Sendable, Equatable {
    /// The `k3s` binary. Default: the release's on GitHub, with its published checksums.
    public var k3s: [Architecture: ArtifactReference]
    /// K3s' install script. Default: the one at the release's tag.
    public var installScript: ArtifactReference
    /// K3s' container images, for machines that no registry can be reached from. Default: none.
    public var airgapImages: [Architecture: ArtifactReference]
    /// Kilo's custom resource definitions. Default: the release's, pinned for 0.7.0.
    public var kiloCRDs: ArtifactReference
    /// Kilo's objects for K3s. Default: the release's, pinned for 0.7.0.
    public var kiloManifest: ArtifactReference

    /// Names the files.
    public init(
        k3s: [Architecture: ArtifactReference],
        installScript: ArtifactReference,
        airgapImages: [Architecture: ArtifactReference] = [:],
        kiloCRDs: ArtifactReference,
        kiloManifest: ArtifactReference
    ) {
        self.k3s = k3s
        self.airgapImages = airgapImages
        self.installScript = installScript
        self.kiloCRDs = kiloCRDs
        self.kiloManifest = kiloManifest
    }
}
