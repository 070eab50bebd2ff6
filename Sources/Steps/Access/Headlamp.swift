import Plan

/// Headlamp as a rollout sets it up: its chart, and who may do what with it.
///
/// Headlamp acts with the token that a person logs in with. Its own account is used where nobody
/// has logged in, so that it only looks; the chart would make it the cluster's administrator
/// (kubernetes-sigs/headlamp, charts/headlamp/values.yaml: `clusterRoleBinding.create`).
enum Headlamp {
    /// The release that this one was made with.
    static let version = "0.43.0"
    static let repository = "https://kubernetes-sigs.github.io/headlamp/"
    /// The namespace, the release, its Deployment, its Service and its own account.
    static let name = "headlamp"
    /// The Service's port.
    static let port = 80

    /// The chart, from its repository or as the plan's own bytes in Base64.
    static func chart(content: String?) -> HelmChart {
        let binding: PlanValue = .object([.init("create", .boolean(false))])
        return HelmChart(
            name: name,
            namespace: name,
            source: content.map { .content($0) }
                ?? .repository(url: repository, chart: name, version: version),
            values: .object([.init("clusterRoleBinding", binding)])
        )
    }

    /// Everything but the namespace, which has to be there first.
    static func objects(chartContent: String?) -> [KubernetesObject] {
        let clusterWide = "isthmus-dashboard-view"
        var objects = [viewOfTheCluster(clusterWide)]
        // The chart makes its own.
        objects += DashboardRights.allCases.map { .serviceAccount($0.account, in: name) }
        let viewer = DashboardRights.view.account
        for (stem, account) in [("isthmus-\(name)", name), (viewer, viewer)] {
            objects.append(binding("\(stem)-namespaces", "view", account))
            objects.append(binding("\(stem)-cluster", clusterWide, account))
        }
        let administrator = DashboardRights.admin.account
        objects.append(binding(administrator, "cluster-admin", administrator))
        return objects + [chart(content: chartContent).object]
    }

    private static func binding(
        _ name: String,
        _ role: String,
        _ account: String
    ) -> KubernetesObject {
        .clusterRoleBinding(name, role: role, account: account, in: Self.name)
    }

    /// Kubernetes' own role `view` shows what is in namespaces, without Secrets. This one adds what
    /// belongs to the whole cluster, without Secrets too.
    private static func viewOfTheCluster(_ name: String) -> KubernetesObject {
        let rules: [(group: String, resources: [String])] = [
            ("", ["namespaces", "nodes", "persistentvolumes"]),
            ("storage.k8s.io", ["storageclasses"]),
            ("networking.k8s.io", ["ingressclasses"]),
            ("apiextensions.k8s.io", ["customresourcedefinitions"]),
            ("metrics.k8s.io", ["nodes", "pods"]),
        ]
        return KubernetesObject(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            name: name,
            body: [
                .init(
                    "rules",
                    .list(
                        rules.map { rule in
                            .object([
                                .init("apiGroups", .list([.string(rule.group)])),
                                .init("resources", .list(rule.resources.map(PlanValue.string))),
                                .init(
                                    "verbs",
                                    .list(["get", "list", "watch"].map(PlanValue.string))
                                ),
                            ])
                        }
                    )
                )
            ]
        )
    }
}

/// What a login to the dashboard may do.
public enum DashboardRights: String, Sendable, Codable, CaseIterable {
    /// Look at everything but Secrets.
    case view
    /// Everything, as the cluster's administrator.
    case admin

    /// The account in the dashboard's namespace.
    var account: String {
        switch self {
        case .view: "isthmus-viewer"
        case .admin: "isthmus-admin"
        }
    }
}
