import FoundationEssentials
import Steps

/// What comes of the HelmCharts and Ingresses of a cluster at one moment: Jobs, Deployments, pods,
/// and the tunnel controller's words. Like the mesh it follows from what was applied, and when.
struct SimulatedCharts: Sendable {
    let cluster: SimulatedCluster
    let faults: SimulatedFaults

    private static let controller = "cloudflare-tunnel-ingress-controller"
    private static let connector = "controlled-cloudflared-connector"
    /// The API token that the played Cloudflare knows to be bad.
    private static let badToken = "bad-token"

    /// Milliseconds since 1970 as Kubernetes writes them.
    static func timestamp(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }

    // MARK: Objects that nobody applied

    /// The object, where it follows from others.
    func object(
        _ kind: String,
        _ namespace: String,
        _ name: String
    ) throws(HostFailure)
        -> JSONValue?
    {
        switch kind {
        case "job": try job(name)
        case "deployment": try deployment(namespace, name)
        default: nil
        }
    }

    private func chart(_ name: String) throws(HostFailure) -> ObjectRecord? {
        try cluster.object("HelmChart.kube-system.\(name)")
    }

    private func isInstalled(_ chart: ObjectRecord) -> Bool {
        !faults.missingCharts.contains(chart.name)
            && chart.appliedAt + faults.durations.chart <= cluster.now
    }

    private func job(_ name: String) throws(HostFailure) -> JSONValue? {
        guard let chart = try chart(String(name.dropFirst("helm-install-".count))) else {
            return nil
        }
        let state = isInstalled(chart) ? "True" : "False"
        return .object([
            "metadata": .object([
                "name": .string(name),
                "creationTimestamp": .string(Self.timestamp(chart.appliedAt)),
            ]),
            "status": .object([
                "conditions": .array([
                    .object(["type": .string("Complete"), "status": .string(state)])
                ])
            ]),
        ])
    }

    /// When the chart that brings a Deployment was installed; nothing where none does.
    private func installed(
        _ deployment: String,
        in namespace: String
    ) throws(HostFailure) -> Int64? {
        let release = deployment == Self.connector ? Self.controller : deployment
        guard let chart = try chart(release), isInstalled(chart),
            chart.object["spec"]["targetNamespace"].text == namespace
        else { return nil }
        let steps: Int64 = deployment == Self.connector ? 2 : 1
        if steps == 2, try token() == nil { return nil }
        return chart.appliedAt + faults.durations.chart + (steps - 1) * faults.durations.podStart
    }

    private func serves(_ deployment: String, in namespace: String) throws(HostFailure) -> Bool {
        guard let installed = try installed(deployment, in: namespace),
            !faults.missingImages.contains(deployment)
        else { return false }
        return installed + faults.durations.podStart <= cluster.now
    }

    private func deployment(
        _ namespace: String,
        _ name: String
    ) throws(HostFailure) -> JSONValue? {
        guard try installed(name, in: namespace) != nil else { return nil }
        let serving: Int64 = try serves(name, in: namespace) ? 1 : 0
        return .object([
            "metadata": .object(["name": .string(name), "generation": .integer(1)]),
            "spec": .object([
                "replicas": .integer(1),
                "selector": .object(["matchLabels": .object(["app": .string(name)])]),
            ]),
            "status": .object([
                "observedGeneration": .integer(1), "updatedReplicas": .integer(1),
                "availableReplicas": .integer(serving),
            ]),
        ])
    }

    /// The pods that a selector `KEY=NAME` of a Job or a Deployment takes.
    func pods(_ selector: String) -> JSONValue {
        let name = selector.split(separator: "=").last.map(String.init) ?? ""
        let isJob = selector.hasPrefix("job-name=")
        let release = String(name.dropFirst(isJob ? "helm-install-".count : 0))
        let lacksImage = faults.missingImages.contains(name)
        guard lacksImage || (isJob && faults.missingCharts.contains(release)) else {
            return .array([])
        }
        let reason = lacksImage ? "ImagePullBackOff" : "CrashLoopBackOff"
        let message = lacksImage ? "no such image" : "the chart's repository does not answer"
        let state: JSONValue = .object([
            "waiting": .object(["reason": .string(reason), "message": .string(message)])
        ])
        return .array([
            .object([
                "metadata": .object(["name": .string("\(name)-1")]),
                "status": .object([
                    "phase": .string("Pending"),
                    "containerStatuses": .array([
                        .object([
                            "name": .string(name), "image": .string("\(name):1"),
                            "ready": .bool(false), "state": state,
                        ])
                    ]),
                ]),
            ])
        ])
    }

    // MARK: The tunnel

    private func token() throws(HostFailure) -> String? {
        let secret = try cluster.object("Secret.\(Self.controller).isthmus-cloudflare")
        let text = secret?.object["data"]["api-token"].text ?? ""
        guard let data = Data(base64Encoded: text), !data.isEmpty else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// The controller's complaint; nothing where it has none.
    private func complaint() throws(HostFailure) -> String? {
        if !faults.tunnelComplaint.isEmpty { return faults.tunnelComplaint }
        return try token() == Self.badToken ? "Authentication error (10000)" : nil
    }

    private func hasBeenTried(_ ingress: ObjectRecord) throws(HostFailure) -> Bool {
        guard ingress.object["spec"]["ingressClassName"].text == "cloudflare-tunnel",
            try serves(Self.controller, in: Self.controller)
        else { return false }
        return ingress.appliedAt + faults.durations.podStart <= cluster.now
    }

    /// An Ingress as the API shows it, with the controller's word where there is one.
    func shown(_ ingress: ObjectRecord) throws(HostFailure) -> JSONValue {
        guard try hasBeenTried(ingress), try complaint() == nil,
            case .object(var members) = ingress.object
        else { return ingress.object }
        let target = JSONValue.object(["hostname": .string("played.cfargotunnel.com")])
        members["status"] = .object([
            "loadBalancer": .object(["ingress": .array([target])])
        ])
        return .object(members)
    }

    /// The controller's Events about an Ingress.
    func events(about ingress: ObjectRecord) throws(HostFailure) -> JSONValue {
        guard try hasBeenTried(ingress) else { return .array([]) }
        let complaint = try complaint()
        return .array([
            .object([
                "reason": .string(complaint == nil ? "CloudflareSynced" : "CloudflareSyncFailed"),
                "message": .string(complaint ?? "exposures synced to Cloudflare"),
                "lastTimestamp": .string(Self.timestamp(cluster.now)),
            ])
        ])
    }

    /// Whether a name leads through the tunnel to a service that serves.
    func answers(at hostname: String) throws(HostFailure) -> Bool {
        for object in try cluster.objects() where object.kind == "Ingress" {
            let hosts = object.object["spec"]["rules"].elements.map { $0["host"].text }
            guard hosts.contains(hostname) else { continue }
            let status = try shown(object)["status"]["loadBalancer"]["ingress"]
            guard !status.elements.isEmpty else { return false }
            return try serves(Self.connector, in: Self.controller)
        }
        return false
    }
}
