import Plan

/// The first thing that a chart lacks.
struct ChartGap: Sendable, Equatable {
    var what: String
    var remedy: String
    /// Whose last words may say more: `job/NAME` or `deployment/NAME`, and its namespace.
    var speaker: Speaker?

    struct Speaker: Sendable, Equatable {
        var target: String
        var namespace: String
    }
}

extension AwaitChart {
    /// Looks in the order in which the pieces come to be: K3s' Job that installs the chart, its end,
    /// then each Deployment.
    func gap(_ kubectl: Kubectl) async throws(StepFailure) -> ChartGap? {
        if let gap = try await installationGap(kubectl) { return gap }
        for deployment in deployments {
            if let gap = try await gap(of: deployment, kubectl) { return gap }
        }
        return nil
    }

    private func installationGap(_ kubectl: Kubectl) async throws(StepFailure) -> ChartGap? {
        let home = HelmChart.controllerNamespace
        let jobName = HelmChart.job(of: name)
        let chart = try await kubectl.object(
            "helmchart",
            name,
            in: home,
            as: KubernetesConditions.self,
            showingManagers: true
        )
        guard let chart else { return ChartGap(what: "there is no HelmChart \(name)", remedy: "") }
        let job = try await kubectl.object(
            "job",
            jobName,
            in: home,
            as: KubernetesConditions.self
        )
        guard let job, !isStale(job, since: chart) else {
            return ChartGap(
                what: "K3s has not begun to install it",
                remedy: "See `k3s kubectl -n \(home) describe helmchart \(name)` on the server; "
                    + "K3s must run without disable-helm-controller."
            )
        }
        guard job.holding("Complete") == nil else { return nil }
        let failure = job.holding("Failed") ?? chart.holding("Failed")
        let pods = try await kubectl.objects(
            "pods",
            in: home,
            ["-l", "job-name=\(jobName)"],
            as: KubernetesPod.self
        )
        let trouble = failure?.message ?? pods.compactMap(\.trouble).first
        return ChartGap(
            what: "its installation has not ended"
                + (trouble.map { ": \(Redaction.line($0))" } ?? ""),
            remedy:
                "See `k3s kubectl -n \(home) logs job/\(jobName)` on the server. K3s tries again "
                + "by itself; a chart that cannot be fetched is the node's way to the internet.",
            speaker: .init(target: "job/\(jobName)", namespace: home)
        )
    }

    /// Whether the Job is one for an earlier form of the chart: K3s makes another for each. Both times
    /// are the API server's, to the second.
    private func isStale(
        _ job: KubernetesConditions,
        since chart: KubernetesConditions
    ) -> Bool {
        let ours = chart.metadata.managedFields?.first { $0.manager == Kubectl.fieldManager }
        guard let applied = ours?.time, let created = job.metadata.creationTimestamp else {
            return false
        }
        return created < applied
    }

    private func gap(
        of deployment: String,
        _ kubectl: Kubectl
    ) async throws(StepFailure) -> ChartGap? {
        let found = try await kubectl.object(
            "deployment",
            deployment,
            in: namespace,
            as: KubernetesDeployment.self
        )
        let place = "`k3s kubectl -n \(namespace) get pods` on the server"
        guard let found else {
            return ChartGap(
                what: "there is no Deployment \(deployment) yet",
                remedy: "See \(place)."
            )
        }
        guard !found.isAvailable else { return nil }
        let pods = try await kubectl.objects(
            "pods",
            in: namespace,
            ["-l", found.podSelector],
            as: KubernetesPod.self
        )
        let trouble = pods.compactMap(\.trouble).first.map { ": \(Redaction.line($0))" } ?? ""
        return ChartGap(
            what: "Deployment \(deployment) does not serve yet\(trouble)",
            remedy: "See \(place), and `k3s kubectl -n \(namespace) describe deployment "
                + "\(deployment)`.",
            speaker: .init(target: "deployment/\(deployment)", namespace: namespace)
        )
    }
}
