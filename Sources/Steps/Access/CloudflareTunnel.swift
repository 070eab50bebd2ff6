public import Plan

/// The controller that publishes Ingresses through a Cloudflare tunnel
/// (STRRL/cloudflare-tunnel-ingress-controller), as a rollout sets it up.
public enum CloudflareTunnel {
    /// The release that this one was made with.
    static let version = "0.1.0"
    static let repository = "https://helm.strrl.dev"
    /// The namespace, the release and the controller's Deployment.
    static let name = "cloudflare-tunnel-ingress-controller"
    /// The Deployment that the controller keeps for the tunnel itself.
    static let connector = "controlled-cloudflared-connector"
    /// The class of Ingresses that are published.
    static let ingressClass = "cloudflare-tunnel"
    /// The Secret that the controller reads at its start.
    static let secretName = "isthmus-cloudflare"
    /// Its keys.
    static let accountKey = "account-id"
    static let tunnelKey = "tunnel-name"
    /// The key of the API token; the name of the step's input, too.
    static let tokenKey = "api-token"

    /// The output under which the plan's token is known to steps.
    public static let token = OutputReference(step: .plan, name: "tunnel.apiToken")

    /// The controller's chart. The token stands in the Secret alone.
    static var chart: HelmChart {
        HelmChart(
            name: name,
            namespace: name,
            source: .repository(url: repository, chart: name, version: version),
            values: .object([
                .init(
                    "cloudflare",
                    .object([
                        .init(
                            "secretRef",
                            .texts([
                                ("name", secretName), ("accountIDKey", accountKey),
                                ("tunnelNameKey", tunnelKey), ("apiTokenKey", tokenKey),
                            ])
                        )
                    ])
                ),
                .init("ingressClass", .texts([("name", ingressClass)])),
            ])
        )
    }

    /// What the controller reads at its start.
    static func secret(_ tunnel: TunnelSettings) -> ApplySecret {
        ApplySecret(
            namespace: name,
            name: secretName,
            plain: [accountKey: tunnel.accountID, tunnelKey: tunnel.name],
            secrets: [tokenKey],
            reader: name
        )
    }
}

/// A DNS name and the service that answers there.
struct PublishedName: Sendable, Equatable {
    /// What the steps for it are told apart by.
    var detail: String
    var hostname: String
    var namespace: String
    var service: String
    var port: Int

    /// All names of a plan: the dashboard's, and those of its services.
    static func all(of plan: ClusterPlan) -> [PublishedName] {
        guard let tunnel = plan.tunnel else { return [] }
        var names: [PublishedName] = []
        if let hostname = tunnel.hostname, let page = plan.dashboard.provider.page {
            names.append(
                PublishedName(
                    detail: "dashboard",
                    hostname: hostname,
                    namespace: page.namespace,
                    service: page.service,
                    port: page.port
                )
            )
        }
        return names
            + tunnel.services.enumerated().map { place, service in
                PublishedName(
                    detail: "service-\(place + 1)",
                    hostname: service.hostname,
                    namespace: service.namespace,
                    service: service.service,
                    port: service.port
                )
            }
    }

    /// The Ingress' name; nobody else's.
    var ingress: String { "isthmus-\(hostname)" }

    /// The Ingress. cloudflared reads paths as regular expressions, and `/` of the type Prefix is the
    /// one that both it and Kubernetes read alike. The controller's finalizer is not ours to set: it
    /// would stay for ever where no controller has seen the object.
    var object: KubernetesObject {
        let backend: PlanValue = .object([
            .init(
                "service",
                .object([
                    .init("name", .string(service)),
                    .init("port", .object([.init("number", .integer(Int64(port)))])),
                ])
            )
        ])
        let path: PlanValue = .object([
            .init("path", .string("/")), .init("pathType", .string("Prefix")),
            .init("backend", backend),
        ])
        let rule: PlanValue = .object([
            .init("host", .string(hostname)),
            .init("http", .object([.init("paths", .list([path]))])),
        ])
        return KubernetesObject(
            "networking.k8s.io/v1",
            "Ingress",
            namespace: namespace,
            name: ingress,
            body: [
                .init(
                    "spec",
                    .object([
                        .init("ingressClassName", .string(CloudflareTunnel.ingressClass)),
                        .init("rules", .list([rule])),
                    ])
                )
            ]
        )
    }
}

extension DashboardProvider {
    /// The Service behind the page; nothing where there is none.
    fileprivate var page: (namespace: String, service: String, port: Int)? {
        switch self {
        case .absent: nil
        case .headlamp: (Headlamp.name, Headlamp.name, Headlamp.port)
        case .kubesphere: ("kubesphere-system", "ks-console", 80)
        }
    }
}
