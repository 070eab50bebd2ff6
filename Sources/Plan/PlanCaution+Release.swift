extension ClusterPlan {
    /// What documentation says of a field that is read, checked, and then left alone.
    static let notCarriedOut = "This release checks it and does not carry it out."

    /// What the plan asks for and this release does not do, in the order of the documentation.
    public var cautions: [PlanCaution] {
        let policies = PlanPointer(["policies"])
        return [
            dashboard.provider == .kubesphere
                ? PlanCaution(PlanPointer(["dashboard"]), Self.kubeSphereWords) : nil,
            self.policies.allowWanEtcd && hasServersApart
                ? PlanCaution(policies.key("allowWanEtcd"), Self.etcdWords) : nil,
        ].compactMap(\.self)
    }

    /// Whether the plan names several regions for its servers.
    private var hasServersApart: Bool {
        Set(hosts.filter { $0.role == .server }.compactMap(\.region)).count > 1
    }

    private static let kubeSphereWords =
        "KubeSphere is not carried out by this release: a rollout sets up no dashboard. Its open "
        + "edition was withdrawn, and its images with it: choose \"headlamp\", or install it "
        + "from a mirror of your own once the nodes are Ready."
    private static let etcdWords =
        "K3s does not support embedded etcd between regions, where these servers stand. Every change "
        + "of the cluster waits for a round trip between them, which coordinator preflight measures: "
        + "put all servers into one region where you can."
}
