import Plan

extension KubernetesObject {
    /// An object of ours, from its parts.
    ///
    /// - Parameters:
    ///   - apiVersion: As `networking.k8s.io/v1`.
    ///   - kind: As `Ingress`.
    ///   - namespace: Nothing for objects that belong to the whole cluster.
    ///   - name: Its name there.
    ///   - body: What stands beside `metadata`.
    init(
        _ apiVersion: String,
        _ kind: String,
        namespace: String? = nil,
        name: String,
        body: [PlanValue.Member] = []
    ) {
        var metadata: [PlanValue.Member] = [
            .init("name", .string(name)),
            .init("labels", .object([.init(Self.owner.key, .string(Self.owner.value))])),
        ]
        if let namespace { metadata.append(.init("namespace", .string(namespace))) }
        let whole: [PlanValue.Member] = [
            .init("apiVersion", .string(apiVersion)),
            .init("kind", .string(kind)),
            .init("metadata", .object(metadata)),
        ]
        self.init(
            name: "\(kind) " + (namespace.map { "\($0)/" } ?? "") + name,
            json: PlanValue.object(whole + body).canonicalJSON()
        )
    }

    /// The label by which our own objects are found again.
    static let owner = (key: "app.kubernetes.io/managed-by", value: "isthmus")

    /// A namespace of ours.
    static func namespace(_ name: String) -> KubernetesObject {
        KubernetesObject("v1", "Namespace", name: name)
    }

    /// An account for programs or logins, without any right of its own.
    static func serviceAccount(_ name: String, in namespace: String) -> KubernetesObject {
        KubernetesObject("v1", "ServiceAccount", namespace: namespace, name: name)
    }

    /// Gives a role to a service account, in all namespaces.
    static func clusterRoleBinding(
        _ name: String,
        role: String,
        account: String,
        in namespace: String
    ) -> KubernetesObject {
        KubernetesObject(
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            name: name,
            body: [
                .init(
                    "roleRef",
                    .texts([
                        ("apiGroup", "rbac.authorization.k8s.io"), ("kind", "ClusterRole"),
                        ("name", role),
                    ])
                ),
                .init(
                    "subjects",
                    .list([
                        .texts([
                            ("kind", "ServiceAccount"), ("name", account),
                            ("namespace", namespace),
                        ])
                    ])
                ),
            ]
        )
    }
}

extension PlanValue {
    /// An object that holds nothing but texts.
    static func texts(_ pairs: [(String, String)]) -> PlanValue {
        .object(pairs.map { .init($0.0, .string($0.1)) })
    }
}
