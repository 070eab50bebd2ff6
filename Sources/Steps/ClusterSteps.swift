public import Plan

/// A step and its place in the graph.
public struct PlannedStep: Sendable {
    /// As much of it as sequencing needs.
    public let node: StepNode
    /// What it does.
    public let step: any Step

    /// Joins the two.
    public init(node: StepNode, step: any Step) {
        self.node = node
        self.step = step
    }
}

/// Why a plan cannot become steps.
public enum ClusterStepsProblem: Error, Equatable, CustomStringConvertible {
    /// Nobody knows the host's processors: it has not enrolled.
    case unknownArchitecture(HostID)
    /// The plan's release has no binary for the processors.
    case noBinary(Architecture)
    /// The plan has no server.
    case noServer
    /// The steps make no graph; a mistake of ours.
    case graph(StepGraphProblem)

    /// What happened, for the operator.
    public var description: String {
        switch self {
        case .unknownArchitecture(let host):
            "host \(host) has not enrolled, so its architecture is not known"
        case .noBinary(let architecture):
            "there is no K3s binary for \(architecture.rawValue); add it to artifacts.k3s"
        case .noServer:
            "the plan has no host with the role server"
        case .graph(let problem):
            "the steps make no graph: \(problem)"
        }
    }
}

/// A plan as steps, in the order in which a cluster comes to be.
public enum ClusterSteps {
    /// All steps of a rollout. `architectures` is what the hosts' agents said of their machines.
    public static func steps(
        for plan: ClusterPlan,
        artifacts: ResolvedArtifacts,
        architectures: [HostID: Architecture]
    ) throws(ClusterStepsProblem) -> (graph: StepGraph, steps: [PlannedStep]) {
        guard let server = plan.hosts.first(where: { $0.role == .server }) else { throw .noServer }
        var sequence = ClusterSequence(plan: plan, server: server)
        for host in plan.hosts {
            guard let architecture = architectures[host.id] else {
                throw .unknownArchitecture(host.id)
            }
            guard let binary = artifacts.k3s[architecture] else { throw .noBinary(architecture) }
            sequence.prepare(host, binary: binary, installScript: artifacts.installScript)
            sequence.placeImages(artifacts.airgapImages?[architecture], architecture, on: host)
        }
        sequence.startServer(artifacts)
        sequence.joinServers()
        for host in plan.hosts where host.role == .agent { sequence.join(host) }
        sequence.proveMesh()
        sequence.saveSnapshot()
        sequence.addDashboard(artifacts)
        sequence.addTunnel()
        do {
            return (try StepGraph(sequence.steps.map(\.node)), sequence.steps)
        } catch {
            throw .graph(error)
        }
    }
}

/// The steps so far.
struct ClusterSequence {
    let plan: ClusterPlan
    let server: PlannedHost
    var steps: [PlannedStep] = []
    /// The last step before K3s starts, on hosts that have more of them than the others.
    private var prepared: [HostID: StepID] = [:]

    init(plan: ClusterPlan, server: PlannedHost) {
        self.plan = plan
        self.server = server
    }

    private var timeouts: TimeoutSettings { plan.policies.timeouts }

    /// A host by itself, before there is a cluster.
    mutating func prepare(_ host: PlannedHost, binary: String, installScript: String) {
        add(SetHostname(hostname: host.hostname), for: host, after: [])
        add(
            InstallWireGuardTools(),
            for: host,
            after: [id(host, SetHostname.kind)],
            timeout: timeouts.download
        )
        let k3s = PlaceArtifact(
            name: "K3s \(plan.k3s.version)",
            sha256: binary,
            path: K3sFiles.binary,
            mode: 0o755
        )
        add(
            k3s,
            for: host,
            detail: "k3s",
            after: [id(host, InstallWireGuardTools.kind)],
            timeout: timeouts.download
        )
        let script = PlaceArtifact(
            name: "K3s' install script",
            sha256: installScript,
            path: K3sFiles.installScript,
            mode: 0o755
        )
        add(
            script,
            for: host,
            detail: "install-script",
            after: [id(host, PlaceArtifact.kind, "k3s")],
            timeout: timeouts.download
        )
    }

    /// K3s' own images, which it takes from its folder when it starts.
    mutating func placeImages(
        _ images: String?,
        _ architecture: Architecture,
        on host: PlannedHost
    ) {
        guard let images else { return }
        let placement = PlaceArtifact(
            name: "the container images of K3s \(plan.k3s.version)",
            sha256: images,
            path: K3sFiles.images(for: architecture),
            mode: 0o644
        )
        add(
            placement,
            for: host,
            detail: "airgap-images",
            after: [id(host, PlaceArtifact.kind, "install-script")],
            timeout: timeouts.download
        )
        prepared[host.id] = id(host, PlaceArtifact.kind, "airgap-images")
    }

    /// The server: K3s, its annotations before Kilo reads them, then Kilo.
    mutating func startServer(_ artifacts: ResolvedArtifacts) {
        holdAddress(of: server)
        add(
            RunK3sServer(node: NodeRegistration(server), settings: plan.k3s),
            for: server,
            after: [prepared(server)],
            timeout: timeouts.k3sReady
        )
        add(
            AnnotateNode(host: server, mesh: plan.mesh),
            for: server,
            after: [id(server, RunK3sServer.kind)],
            timeout: timeouts.k3sReady
        )
        let kilo = "Kilo \(plan.mesh.kiloVersion)"
        add(
            ApplyManifests(name: "\(kilo)'s definitions", objects: artifacts.kiloCRDs),
            for: server,
            detail: "kilo-crds",
            after: [id(server, AnnotateNode.kind)]
        )
        add(
            ApplyManifests(name: kilo, objects: artifacts.kilo),
            for: server,
            detail: "kilo",
            after: [id(server, ApplyManifests.kind, "kilo-crds")]
        )
        awaitNode(server, after: id(server, ApplyManifests.kind, "kilo"))
    }

    /// Where the plan asks for it, before K3s starts.
    private mutating func holdAddress(of server: PlannedHost) {
        guard plan.k3s.hairpin == .interface else { return }
        add(
            HoldPublicAddress(address: server.publicAddress),
            for: server,
            after: [prepared(server)]
        )
        prepared[server.id] = id(server, HoldPublicAddress.kind)
    }

    /// Further servers, each once the one before is Ready: etcd takes one new member at a time. The
    /// server token goes from the first to each, sealed for it alone.
    mutating func joinServers() {
        var before = server
        for host in plan.hosts where host.role == .server && host.id != server.id {
            holdAddress(of: host)
            join(host, asServerAfter: before)
            before = host
        }
    }

    private mutating func join(_ host: PlannedHost, asServerAfter before: PlannedHost) {
        add(
            MakeServerKey(),
            for: host,
            after: [id(before, AwaitNodes.kind), prepared(host)]
        )
        let key = id(host, MakeServerKey.kind)
        add(
            SealServerToken(node: host.hostname),
            for: host,
            on: server,
            after: [key],
            inputs: [
                SealServerToken.recipientInput: OutputReference(
                    step: key,
                    name: MakeServerKey.recipientOutput
                )
            ]
        )
        let sealed = id(host, SealServerToken.kind)
        let names = [SealServerToken.tokenOutput, SealServerToken.agentTokenOutput]
        add(
            RunK3sServer(
                node: NodeRegistration(host),
                settings: plan.k3s,
                joining: server.publicAddress
            ),
            for: host,
            after: [sealed],
            inputs: Dictionary(
                uniqueKeysWithValues: names.map { ($0, OutputReference(step: sealed, name: $0)) }
            ),
            timeout: timeouts.k3sReady
        )
        add(
            AnnotateNode(host: host, mesh: plan.mesh),
            for: host,
            on: server,
            after: [id(host, RunK3sServer.kind)],
            timeout: timeouts.k3sReady
        )
        awaitNode(host, after: id(host, AnnotateNode.kind))
    }

    /// An agent: a token made for it, its start with the token, its annotations, its place in the
    /// mesh; then the token is worth nothing any more.
    mutating func join(_ host: PlannedHost) {
        add(
            MakeJoinToken(node: host.hostname, minutes: tokenMinutes),
            for: host,
            on: server,
            after: [id(server, AwaitNodes.kind), prepared(host)]
        )
        let token = id(host, MakeJoinToken.kind)
        let agent = RunK3sAgent(
            version: plan.k3s.version,
            serverAddress: server.publicAddress,
            node: NodeRegistration(host),
            config: plan.k3s.agentConfig
        )
        add(
            agent,
            for: host,
            after: [token],
            inputs: [
                RunK3sAgent.tokenInput: OutputReference(
                    step: token,
                    name: MakeJoinToken.tokenOutput
                )
            ],
            timeout: timeouts.k3sReady
        )
        add(
            AnnotateNode(host: host, mesh: plan.mesh),
            for: host,
            on: server,
            after: [id(host, RunK3sAgent.kind)],
            timeout: timeouts.k3sReady
        )
        awaitNode(host, after: id(host, AnnotateNode.kind))
        add(
            RevokeJoinToken(node: host.hostname),
            for: host,
            on: server,
            after: [id(host, AwaitNodes.kind)]
        )
    }

    /// Every host against all others, once all are there.
    mutating func proveMesh() {
        let ready = plan.hosts.map { id($0, AwaitNodes.kind) }
        let peers = plan.hosts.map {
            MeshPeer(
                id: $0.id,
                address: $0.publicAddress,
                port: plan.mesh.port,
                behindNAT: $0.behindNAT
            )
        }
        for host in plan.hosts {
            let proof = ProveMesh(
                host: host.id,
                peers: peers.filter { $0.id != host.id },
                subnet: plan.mesh.subnet,
                mtu: plan.mesh.mtu
            )
            add(proof, for: host, after: ready)
        }
    }

    /// The cluster as it is once every host is in its mesh.
    mutating func saveSnapshot() {
        guard let recipient = plan.k3s.snapshotRecipient else { return }
        var directory: String?
        if case .text(let path)? = plan.k3s.serverConfig["etcd-snapshot-dir"] { directory = path }
        add(
            SaveSnapshot(recipient: recipient, directory: directory),
            for: server,
            after: plan.hosts.map { id($0, ProveMesh.kind) },
            timeout: timeouts.download
        )
    }

    private mutating func awaitNode(_ host: PlannedHost, after dependency: StepID) {
        let endpoint = host.behindNAT ? nil : "\(host.publicAddress):\(plan.mesh.port)"
        let node = ExpectedNode(name: host.hostname, endpoint: endpoint)
        add(
            AwaitNodes(nodes: [node]),
            for: host,
            on: server,
            after: [dependency],
            timeout: timeouts.nodesReady
        )
    }

    /// At least a quarter of an hour, and long enough for every attempt to join.
    private var tokenMinutes: Int {
        let attempts = timeouts.k3sReady * Int64(plan.policies.attempts)
        return max(15, Int(attempts / 60_000) + 5)
    }

    private func prepared(_ host: PlannedHost) -> StepID {
        prepared[host.id] ?? id(host, PlaceArtifact.kind, "install-script")
    }

    /// The key of a host's step.
    func id(_ host: PlannedHost, _ kind: String, _ detail: String? = nil) -> StepID {
        StepID("\(host.id).\(kind)" + (detail.map { ".\($0)" } ?? ""))
    }

    /// Puts a step at the end.
    mutating func add<Kind: Step>(
        _ step: Kind,
        for host: PlannedHost,
        on executor: PlannedHost? = nil,
        detail: String? = nil,
        after dependencies: [StepID],
        inputs: [String: OutputReference] = [:],
        timeout: Int64? = nil
    ) {
        let node = StepNode(
            id: id(host, Kind.kind, detail),
            executor: (executor ?? host).id,
            subject: host.id,
            kind: Kind.kind,
            title: step.title,
            dependsOn: dependencies,
            inputs: inputs,
            timeout: timeout ?? timeouts.step
        )
        steps.append(PlannedStep(node: node, step: step))
    }
}
