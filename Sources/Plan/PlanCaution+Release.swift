extension ClusterPlan {
    /// What documentation says of a field that is read, checked, and then left alone.
    static let notCarriedOut = "This release checks it and does not carry it out."

    /// What the plan asks for and this release does not do, in the order of the documentation.
    public var cautions: [PlanCaution] {
        let policies = PlanPointer(["policies"])
        return [
            dashboard.provider == .kubesphere
                ? PlanCaution(PlanPointer(["dashboard"]), Self.kubeSphereWords) : nil,
            self.policies.allowWanEtcd
                ? PlanCaution(policies.key("allowWanEtcd"), Self.etcdWords) : nil,
        ].compactMap(\.self)
    }

    private static let kubeSphereWords =
        "KubeSphere is not carried out by this release: a rollout sets up no dashboard. Choose "
        + "\"headlamp\", or install KubeSphere once the nodes are Ready."
    private static let etcdWords =
        "Several servers are not carried out by this release, so this allows nothing. Leave it out."
}
