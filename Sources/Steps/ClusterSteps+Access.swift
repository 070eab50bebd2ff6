import Plan

// How people reach the cluster: the dashboard, then the tunnel that publishes it.
extension ClusterSequence {
    /// Headlamp, once the mesh is proven.
    mutating func addDashboard(_ artifacts: ResolvedArtifacts) {
        guard plan.dashboard.provider == .headlamp else { return }
        let name = Headlamp.name
        add(
            ApplyManifests(name: "the dashboard's namespace", objects: [.namespace(name)]),
            for: server,
            detail: "dashboard-namespace",
            after: plan.hosts.map { id($0, ProveMesh.kind) }
        )
        add(
            ApplyManifests(
                name: "Headlamp \(Headlamp.version)",
                objects: Headlamp.objects(chartContent: artifacts.dashboardChart)
            ),
            for: server,
            detail: "dashboard",
            after: [id(server, ApplyManifests.kind, "dashboard-namespace")]
        )
        add(
            AwaitChart(name: name, namespace: name, deployments: [name]),
            for: server,
            detail: "dashboard",
            after: [id(server, ApplyManifests.kind, "dashboard")],
            timeout: plan.policies.timeouts.nodesReady
        )
    }

    /// The tunnel's controller, with its token in a Secret, and each published name.
    mutating func addTunnel() {
        guard let tunnel = plan.tunnel else { return }
        let name = CloudflareTunnel.name
        add(
            ApplyManifests(name: "the tunnel's namespace", objects: [.namespace(name)]),
            for: server,
            detail: "tunnel-namespace",
            after: plan.hosts.map { id($0, ProveMesh.kind) }
        )
        add(
            CloudflareTunnel.secret(tunnel),
            for: server,
            detail: "tunnel",
            after: [id(server, ApplyManifests.kind, "tunnel-namespace")],
            inputs: [CloudflareTunnel.tokenKey: CloudflareTunnel.token]
        )
        add(
            ApplyManifests(
                name: "\(name) \(CloudflareTunnel.version)",
                objects: [CloudflareTunnel.chart.object]
            ),
            for: server,
            detail: "tunnel",
            after: [id(server, ApplySecret.kind, "tunnel")]
        )
        add(
            AwaitChart(
                name: name,
                namespace: name,
                deployments: [name, CloudflareTunnel.connector]
            ),
            for: server,
            detail: "tunnel",
            after: [id(server, ApplyManifests.kind, "tunnel")],
            timeout: plan.policies.timeouts.nodesReady
        )
        for published in PublishedName.all(of: plan) { publish(published) }
    }

    private mutating func publish(_ published: PublishedName) {
        let detail = "ingress-\(published.detail)"
        var needed = [id(server, AwaitChart.kind, "tunnel")]
        if published.detail == "dashboard" {
            needed.append(id(server, AwaitChart.kind, "dashboard"))
        }
        add(
            ApplyManifests(
                name: "the Ingress of \(published.hostname)",
                objects: [published.object]
            ),
            for: server,
            detail: detail,
            after: needed
        )
        add(
            AwaitIngress(
                namespace: published.namespace,
                name: published.ingress,
                hostname: published.hostname
            ),
            for: server,
            detail: published.detail,
            after: [id(server, ApplyManifests.kind, detail)]
        )
        add(
            AskPublicName(
                hostname: published.hostname,
                namespace: published.namespace,
                ingress: published.ingress
            ),
            for: server,
            detail: published.detail,
            after: [id(server, AwaitIngress.kind, published.detail)]
        )
    }
}
