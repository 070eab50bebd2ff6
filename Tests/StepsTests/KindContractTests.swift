import Plan
import SimulatedHost
import Steps
import Testing
import Trust

/// What every kind promises, over every step of a whole cluster: the catalogue decides what is tried.
struct KindContractTests {
    /// A step of each kind, by the id that it has in the cluster of `ThreeClouds`.
    static let samples = [
        "kube-seoul.hostname", "kube-seoul.wireguard-tools", "kube-seoul.artifact.k3s",
        "kube-japan.public-address", "kube-japan.k3s-server", "kube-seoul.k3s-join-token",
        "kube-seoul.k3s-agent",
        "kube-seoul.k3s-join-token-revocation", "kube-chuncheon.kilo-annotation",
        "kube-japan.manifests.kilo", "kube-japan.nodes-ready", "kube-seoul.mesh-proof",
        "kube-japan.cluster-secret.tunnel", "kube-japan.chart-ready.tunnel",
        "kube-japan.ingress-published.dashboard", "kube-japan.public-name.dashboard",
        "kube-japan.k3s-snapshot",
    ]

    @Test func `every kind of the catalogue is tried here`() throws {
        let steps = try ThreeClouds.steps()
        let kinds = Self.samples.compactMap { id in
            steps.first { $0.node.id.description == id }?.node.kind
        }
        // Queries are in no plan; `QueryTests` asks them, and `ServersTests` tries further servers.
        let elsewhere = [MakeServerKey.kind, SealServerToken.kind]
        let planned = StepCatalog.kinds.filter { !($0 is any Query.Type) }.map { $0.kind }
            .filter { !elsewhere.contains($0) }
        #expect(Set(kinds) == Set(planned))
        #expect(Set(kinds).count == planned.count)
    }

    @Test(arguments: samples)
    func `applying twice is applying once`(id: String) async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: id)
        let planned = try cluster.step(id)
        let first = await cluster.run(planned)
        try #require(first.failure == nil, "\(first)")

        // The input that came with the first attempt comes with every one.
        let before = try await snapshot(cluster)
        let context = try context(planned, cluster)
        let check = try await planned.step.check(context)
        if planned.node.kind == MakeJoinToken.kind {
            // A token that nobody has used yet has to be made again: K3s shows it only once.
            #expect(check != .satisfied)
        } else {
            #expect(check == .satisfied)
        }
        _ = try await planned.step.apply(context)
        try await planned.step.verify(context)
        let after = try await snapshot(cluster)
        #expect(before == after)
    }

    @Test(arguments: samples)
    func `a check changes nothing`(id: String) async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: id)
        let planned = try cluster.step(id)
        let before = try await snapshot(cluster)
        _ = await StepRun.check(planned.step, try context(planned, cluster))
        #expect(try await snapshot(cluster) == before)
    }

    @Test(arguments: samples)
    func `a cancelled step says so and a later one ends well`(id: String) async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: id)
        let planned = try cluster.step(id)
        let context = try context(planned, cluster)
        let before = try await snapshot(cluster)
        let running = Task {
            while !Task.isCancelled { await Task.yield() }
            return await StepRun.apply(planned.step, context)
        }
        running.cancel()
        let failure = try #require(await running.value.failure)
        #expect(failure.message.contains("cancelled"))
        #expect(!failure.isPermanent)
        #expect(try await snapshot(cluster) == before)
        #expect(await cluster.run(planned).failure == nil)
    }

    @Test(arguments: samples)
    func `a step that is cut off at any call goes on the next time`(id: String) async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: id)
        let planned = try cluster.step(id)
        let whole = try context(planned, cluster)
        var outcome = StepOutcome.unchanged([:])
        // Each attempt gets one call further, and starts from what the last one left behind.
        for call in 1...500 {
            let cut = StepContext(
                host: InterruptedHost(whole.host, atCall: call),
                artifacts: whole.artifacts,
                deposits: whole.deposits,
                inputs: whole.inputs,
                timeout: whole.timeout
            )
            outcome = await StepRun.apply(planned.step, cut)
            guard let failure = outcome.failure else { break }
            #expect(!failure.isPermanent, "call \(call): \(failure)")
        }
        #expect(outcome.failure == nil)
        // Once more with nobody in the way, as the coordinator would after a restart.
        #expect(await StepRun.apply(planned.step, whole).failure == nil)
        if planned.node.kind != MakeJoinToken.kind {
            #expect(try await planned.step.check(whole) == .satisfied)
        }
    }

    @Test func `parameters survive their JSON, and equal steps have equal bytes`() throws {
        for planned in try ThreeClouds.steps() {
            let bytes = try StepCatalog.encode(planned.step)
            let decoded = try StepCatalog.decode(kind: planned.node.kind, parameters: bytes)
            #expect(try StepCatalog.encode(decoded) == bytes)
            #expect(decoded.title == planned.node.title)
        }
    }

    @Test func `an unknown kind and foreign parameters are permanent failures`() {
        let unknown = #expect(throws: StepFailure.self) {
            try StepCatalog.decode(kind: "make-coffee", parameters: [])
        }
        #expect(unknown?.isPermanent == true)
        #expect(unknown?.message.contains("make-coffee") == true)
        for bytes: [UInt8] in [[], [0xFF], Array("{}".utf8), Array("{\"hostname\":3}".utf8)] {
            let foreign = #expect(throws: StepFailure.self) {
                try StepCatalog.decode(kind: SetHostname.kind, parameters: bytes)
            }
            #expect(foreign?.isPermanent == true)
        }
    }

    private func context(
        _ planned: PlannedStep,
        _ cluster: SmallCluster
    ) throws -> StepContext {
        let host = try #require(ThreeClouds.plan.hosts.first { $0.id == planned.node.executor })
        let inputs = planned.node.inputs.compactMapValues { cluster.outputs[$0] }
        return cluster.context(host, inputs: inputs, timeout: planned.node.timeout)
    }

    /// All that steps can change: files, packages, units, and what the server's API tells.
    private func snapshot(_ cluster: SmallCluster) async throws -> [String] {
        var lines: [String] = []
        for host in ThreeClouds.plan.hosts {
            let machine = cluster.host(host)
            for path in Self.paths {
                let hash = try await machine.sha256(of: path) ?? "none"
                let mode = try await machine.mode(of: path) ?? 0
                lines.append("\(host.id) \(path) \(hash) \(mode)")
            }
            lines.append("\(host.id) \(try await machine.facts().hostname)")
            for package in ["wireguard-tools", "wireguard-go"] {
                let version = try await machine.installedVersion(ofPackage: package)
                lines.append("\(host.id) \(package) \(version ?? "none")")
            }
            for unit in ["k3s.service", "k3s-agent.service", "isthmus-public-address.service"] {
                let state = try await machine.unit(unit)
                lines.append("\(host.id) \(unit) \(state.exists) \(state.enabled)")
            }
        }
        return lines + cluster.deposits.all.keys.sorted() + (try await api(cluster))
    }

    private func api(_ cluster: SmallCluster) async throws -> [String] {
        let server = cluster.host(ThreeClouds.japan)
        guard try await server.unit("k3s.service").active == "active" else { return [] }
        let nodes = try await server.run(
            Command(["k3s", "kubectl", "get", "nodes", "-o", "json"])
        )
        let tokens = try await server.run(Command(["k3s", "token", "list", "-o", "json"]))
        // Check-ins go on by themselves, and a token made again has another id.
        return nodes.standardOutput.split(separator: "\n").map(String.init)
            .filter { !$0.contains("last-seen") }
            + tokens.standardOutput.split(separator: "\n").map(String.init)
            .filter { $0.contains("description") }
    }

    private static let paths = [
        "/etc/hostname", "/etc/hosts", "/etc/cloud/cloud.cfg.d/99-isthmus-hostname.cfg",
        "/etc/modules-load.d/isthmus-wireguard.conf", "/usr/local/bin/k3s",
        "/usr/local/lib/isthmus/k3s-install.sh", "/etc/rancher/k3s/config.yaml",
        "/etc/systemd/system/isthmus-public-address.service",
        "/etc/rancher/k3s/agent-token", "/etc/rancher/k3s/join-token",
        "/var/lib/isthmus-agent/k3s-started",
    ]
}
