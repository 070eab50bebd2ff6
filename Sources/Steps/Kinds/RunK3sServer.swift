public import Plan

/// Configures, installs and starts K3s' server, and waits until its API answers. The node stays
/// NotReady until Kilo gives it a network.
public struct RunK3sServer: Step {
    /// `k3s-server`.
    public static let kind = "k3s-server"

    /// The release that was placed, for people; the binary's hash decides.
    public var version: String
    /// The server's own node.
    public var node: NodeRegistration
    /// DNS names that the API's certificate is valid for, beside the public address.
    public var tlsSANs: [String]
    /// Packaged components left out.
    public var disable: [String]
    /// Pods' addresses.
    public var clusterCIDR: String
    /// Services' addresses.
    public var serviceCIDR: String
    /// Whether Secrets are encrypted in the datastore; counts at the first start only.
    public var secretsEncryption: Bool
    /// Further keys of its configuration; nothing where the plan has none.
    public var config: [String: K3sOption]?
    /// The first server's public address, where this is a further one; it takes the inputs that
    /// `SealServerToken` gives.
    public var first: String?

    /// Describes the server.
    public init(node: NodeRegistration, settings: K3sSettings, joining first: String? = nil) {
        self.first = first
        self.node = node
        version = settings.version
        tlsSANs = settings.tlsSANs
        disable = settings.disable
        clusterCIDR = settings.clusterCIDR
        serviceCIDR = settings.serviceCIDR
        secretsEncryption = settings.secretsEncryption
        config = settings.serverConfig.isEmpty ? nil : settings.serverConfig
    }

    /// `start K3s server VERSION`.
    public var title: String { "start K3s server \(version)" }

    /// Restarts K3s where its configuration or binary changed; pods go on.
    public var disruption: Disruption { .serviceRestart }

    /// Compares configuration, unit and what K3s was started with; asks the API if it is ready.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        try await node.confirmAddress(context)
        var changes: [Change] = []
        if first != nil {
            changes += try await ServerJoin.changes(context)
        } else if try await context.mode(of: K3sFiles.agentToken) == nil {
            changes.append(
                .file(
                    path: K3sFiles.agentToken,
                    before: nil,
                    after: K3sFiles.masked,
                    mode: 0o600
                )
            )
        }
        let difference = try await service.difference(context)
        changes += service.changes(difference)
        if changes.isEmpty {
            guard try await Kubectl(context).isReady() else {
                let before = "no answer"
                return .changes([
                    .setting(name: "Kubernetes API", before: before, after: "ready")
                ])
            }
            return .satisfied
        }
        return .changes(changes)
    }

    /// Brings K3s up and waits for `/readyz`, then tries the public address from inside.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        try await node.confirmAddress(context)
        let deadline = Deadline(context)
        if first != nil {
            try await ServerJoin.prepare(context, node: node.name)
        } else if try await context.mode(of: K3sFiles.agentToken) == nil {
            // Made once: every server of the cluster must keep the same.
            try await context.write(K3sFiles.agentToken, Self.password() + "\n", mode: 0o600)
        }
        let difference = try await service.difference(context)
        try await service.bringUp(difference, context)
        try await service.awaitReady(context, until: deadline) {
            () async throws(StepFailure) -> Bool in try await Kubectl(context).isReady()
        }
        context.report("the Kubernetes API is ready")
        try await reachItself(context, until: deadline)
        if first != nil { try await ServerJoin.finish(context) }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    /// K3s' side of the step.
    private var service: K3sService {
        K3sService(role: .server, configuration: configuration)
    }

    /// `config.yaml`. Exactly the keys that a cluster over several clouds needs; K3s' defaults are
    /// left unsaid.
    var configuration: String {
        var mapping = YAMLMapping()
        if let first {
            mapping.set("server", .text("https://\(first):6443"))
            mapping.set("token-file", .text(K3sFiles.serverJoinToken))
        } else {
            mapping.set("cluster-init", .flag(true))
        }
        node.writeAddresses(to: &mapping)
        // Agents learn from this address where the API is: it must be one they can reach.
        mapping.set("advertise-address", .text(node.publicAddress))
        mapping.set("tls-san", .list([node.publicAddress] + tlsSANs))
        mapping.set("flannel-backend", .text("none"))
        if !disable.isEmpty { mapping.set("disable", .list(disable)) }
        if clusterCIDR != K3sDefaults.clusterCIDR {
            mapping.set("cluster-cidr", .text(clusterCIDR))
        }
        if serviceCIDR != K3sDefaults.serviceCIDR {
            mapping.set("service-cidr", .text(serviceCIDR))
        }
        mapping.set("secrets-encryption", .flag(secretsEncryption))
        mapping.set("write-kubeconfig-mode", .text("0600"))
        mapping.set("agent-token-file", .text(K3sFiles.agentToken))
        node.writeLabels(to: &mapping)
        mapping.set(config)
        return mapping.rendered(comment: K3sFiles.comment)
    }

    private enum K3sDefaults {
        static let clusterCIDR = "10.42.0.0/16"
        static let serviceCIDR = "10.43.0.0/16"
    }

    /// Pods on this machine reach the API by its public address; where the cloud does not send such
    /// packets back, CoreDNS would hang for reasons nobody sees.
    private func reachItself(
        _ context: StepContext,
        until deadline: Deadline
    ) async throws(StepFailure) {
        let url = "https://\(node.publicAddress):6443/cacerts"
        let command = Command(["curl", "-sSk", "--max-time", "5", "-o", "/dev/null", url])
        for attempt in 1...3 {
            if try await context.run(command).status == 0 {
                context.report("the server reaches itself at \(node.publicAddress):6443")
                return
            }
            guard attempt < 3, deadline.remaining > 2000 else { break }
            do {
                try await context.host.sleep(milliseconds: 2000)
            } catch {
                throw StepFailure(error, while: "wait")
            }
        }
        throw StepFailure(
            "the server cannot reach its own API at \(node.publicAddress):6443, so neither can "
                + "the pods on it",
            remedy: "Open TCP 6443 for it; where the cloud does not send packets for the public "
                + "address back, write \"hairpin\": \"interface\" under \"k3s\" in the plan: the "
                + "rollout then puts \(node.publicAddress)/32 on the dummy interface isthmus0 of the "
                + "server, where its pods find it."
        )
    }

    /// 32 hexadecimal digits from the system's generator.
    private static func password() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in String(Int.random(in: 0..<16, using: &generator), radix: 16) }
            .joined()
    }
}
