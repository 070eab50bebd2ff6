public import Plan

/// A Kubernetes object as data.
public struct KubernetesObject: Sendable, Equatable, Codable {
    /// What people call it: `DaemonSet kube-system/kilo`, `ClusterRole kilo`.
    public var name: String
    /// The whole object.
    public var json: String

    /// Takes an object.
    public init(name: String, json: String) {
        self.name = name
        self.json = json
    }

    /// `DaemonSet`.
    var kind: Substring {
        name.prefix { $0 != " " }
    }

    /// `kilo`: what stands after the kind and the namespace.
    var shortName: Substring {
        name[name.index(after: name.lastIndex { $0 == " " || $0 == "/" } ?? name.startIndex)...]
    }

    /// `kube-system`; empty for objects that belong to the whole cluster.
    var namespace: Substring {
        let path = name.dropFirst(kind.count).drop { $0 == " " }
        return path.contains("/") ? path.prefix { $0 != "/" } : ""
    }
}

/// Files and objects of which every byte is known, so that steps can be made from them.
public struct ResolvedArtifacts: Sendable, Equatable, Codable {
    /// The `k3s` binary's SHA-256 for each architecture.
    public var k3s: [Architecture: String]
    /// The install script's SHA-256.
    public var installScript: String
    /// The container images' SHA-256 for each architecture; nothing where the plan names none.
    public var airgapImages: [Architecture: String]?
    /// Kilo's custom resource definitions.
    public var kiloCRDs: [KubernetesObject]
    /// Kilo's other objects, patched for the plan's mesh.
    public var kilo: [KubernetesObject]
    /// The dashboard's chart in Base64, where the plan has one of its own.
    public var dashboardChart: String?

    /// Joins the parts.
    public init(
        k3s: [Architecture: String],
        installScript: String,
        airgapImages: [Architecture: String]? = nil,
        kiloCRDs: [KubernetesObject],
        kilo: [KubernetesObject],
        dashboardChart: String? = nil
    ) {
        self.k3s = k3s
        self.installScript = installScript
        self.airgapImages = airgapImages
        self.kiloCRDs = kiloCRDs
        self.kilo = kilo
        self.dashboardChart = dashboardChart
    }
}
