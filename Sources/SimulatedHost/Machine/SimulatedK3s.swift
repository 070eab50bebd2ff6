import Plan
import Steps
import Trust

/// Where a K3s unit is in its life.
enum K3sPhase: Equatable {
    case stopped
    case starting
    case crashing
    case running
}

// K3s itself: what a unit does between two questions is worked out when it is asked.
extension SimulatedHost {
    static let serverUnit = "k3s.service"
    static let agentUnit = "k3s-agent.service"
    static let configurationFile = "/etc/rancher/k3s/config.yaml"
    static let binary = "/usr/local/bin/k3s"
    static let serverToken = "/var/lib/rancher/k3s/server/token"
    private static let kubeconfig = "/etc/rancher/k3s/k3s.yaml"
    /// Exists once the machine has joined; steps look for it.
    private static let kubeletKey = "/var/lib/rancher/k3s/agent/client-kubelet.key"
    /// What never comes.
    private static let never = Int64.max / 4

    /// Reads the configuration, as K3s does when it starts and only then.
    func startK3s(_ unit: String) throws(HostFailure) {
        let text = String(decoding: try files.read(Self.configurationFile) ?? [], as: UTF8.self)
        let now = internet.now()
        try change { state in
            state.units[unit]?.startedAt = now
            state.units[unit]?.configuration = text
            state.units[unit]?.log("Starting \(unit) - Lightweight Kubernetes...")
        }
        guard unit == Self.serverUnit, let configuration = try? K3sConfigurationFile(text),
            configuration.text("server").isEmpty
        else { return }
        let faults = faults
        let fails = faults.k3sNeverReady || faults.k3sCrashes
        let ready = fails ? Self.never : now + faults.durations.serverStart
        try announceServer(configuration, readyAt: ready, faults)
    }

    func stopK3s(_ unit: String) throws(HostFailure) {
        if unit == Self.serverUnit, let configuration = configuration(of: unit),
            configuration.text("server").isEmpty
        {
            let cluster = internet.cluster(at: configuration.text("advertise-address"))
            if var server = try cluster.server() {
                server.readyAt = Self.never
                try cluster.write(server)
            }
        }
        try change { state in
            state.units[unit]?.startedAt = nil
            state.units[unit]?.log("Stopped \(unit) - Lightweight Kubernetes.")
        }
    }

    private func announceServer(
        _ configuration: K3sConfigurationFile,
        readyAt: Int64,
        _ faults: SimulatedFaults
    ) throws(HostFailure) {
        let address = configuration.text("advertise-address")
        let cluster = internet.cluster(at: address)
        let authority = try cluster.server()?.authority ?? SHA256.hex(Self.randomBytes(32))
        let name = configuration.text("node-name")
        let token = try writeCredentials(authority)
        try cluster.write(
            ServerRecord(
                node: name,
                authority: authority,
                readyAt: readyAt,
                tokenHash: SHA256.hex(Array(token.utf8))
            )
        )
        guard try cluster.anyNode(name).map({ $0.registeredAt > internet.now() }) ?? true else {
            return
        }
        try cluster.write(node(configuration, registeredAt: readyAt, faults))
        try files.write(Self.kubeletKey, Self.randomBytes(32), mode: 0o600)
    }

    /// What a server's administrator has there; K3s writes the token once.
    @discardableResult
    private func writeCredentials(
        _ authority: String,
        token given: String? = nil
    ) throws(HostFailure) -> String {
        let kept = try files.read(Self.serverToken).map { String(decoding: $0, as: UTF8.self) }
        let password = SHA256.hex(Self.randomBytes(16)).prefix(32)
        let made = given ?? "K10\(authority)::server:\(password)"
        let token = kept?.filter { !$0.isWhitespace } ?? made
        try files.write(Self.serverToken, Array("\(token)\n".utf8), mode: 0o600)
        guard try files.read(Self.kubeconfig) == nil else { return token }
        let text = SimulatedKubeconfig.text(
            authority: Base64.text(Array(authority.utf8)),
            certificate: Base64.text(Self.randomBytes(48)),
            key: Base64.text(Self.randomBytes(48))
        )
        try files.write(Self.kubeconfig, Array(text.utf8), mode: 0o600)
        return token
    }

    /// Where the unit is now. An agent's attempt to join happens in here.
    func k3sPhase(of unit: String) throws(HostFailure) -> K3sPhase {
        guard let record = look({ $0.units[unit] }), let started = record.startedAt else {
            return .stopped
        }
        let faults = faults
        do {
            let configuration = try K3sConfigurationFile(record.configuration)
            if faults.k3sCrashes { throw K3sProblem("fatal: simulated crash") }
            if faults.k3sNeverReady {
                return try starting(unit, "Waiting for API server to become available")
            }
            let isServer = unit == Self.serverUnit
            let duration = isServer ? faults.durations.serverStart : faults.durations.agentStart
            guard started + duration <= internet.now() else {
                return try starting(unit, "Starting k3s")
            }
            let joins = !configuration.text("server").isEmpty
            if joins, let trouble = try join(configuration, isServer: isServer, faults) {
                return try starting(unit, trouble)
            }
            try change { $0.units[unit]?.log("k3s is up and running") }
            return .running
        } catch let problem as K3sProblem {
            let line = "level=fatal msg=\"\(problem.message)\""
            try change { $0.units[unit]?.log(line) }
            // systemd waits five seconds between two attempts.
            return (internet.now() - started) / 2500 % 2 == 0 ? .starting : .crashing
        } catch let failure as HostFailure {
            throw failure
        } catch {
            throw HostFailure(.other, "\(error)")
        }
    }

    private func starting(_ unit: String, _ line: String) throws(HostFailure) -> K3sPhase {
        try change { $0.units[unit]?.log("level=info msg=\"\(line)\"") }
        return .starting
    }

    /// Joins unless the machine has joined before; nothing where all is well, else what K3s logs
    /// before it tries again.
    private func join(
        _ configuration: K3sConfigurationFile,
        isServer: Bool,
        _ faults: SimulatedFaults
    ) throws(HostFailure) -> String? {
        let url = configuration.text("server")
        let address = url.dropFirst("https://".count).prefix { $0 != ":" }
        let cluster = internet.cluster(at: String(address))
        let failed = "Failed to validate connection to cluster at \(url): "
        guard let server = try cluster.server(), try cluster.answers() else {
            return failed + "failed to get CA certs: connect: connection refused"
        }
        let name = configuration.text("node-name")
        let known = try cluster.anyNode(name)
        let hasJoined = try files.read(Self.kubeletKey) != nil
        if let known, known.host != id || !hasJoined {
            return "Node password rejected, duplicate hostname or contents of "
                + "'/etc/rancher/node/password' may not match server node-passwd entry"
        }
        let file = try files.read(configuration.text("token-file")) ?? []
        let token = String(decoding: file, as: UTF8.self).filter { !$0.isWhitespace }
        // Looked at before anything else, even where the node is known already.
        guard !token.isEmpty else { return failed + "token must not be empty" }
        if known == nil {
            let isAccepted =
                isServer
                ? SHA256.hex(Array(token.utf8)) == server.tokenHash
                : try accepts(token, server, cluster)
            guard isAccepted else { return failed + "401 Unauthorized" }
            if isServer { try writeCredentials(server.authority, token: token) }
            let node = node(configuration, registeredAt: internet.now(), faults)
            try cluster.write(node)
            try files.write(Self.kubeletKey, Self.randomBytes(32), mode: 0o600)
        }
        return nil
    }

    /// Whether `K10<authority>::<id>.<secret>` is a token that lives.
    private func accepts(
        _ token: String,
        _ server: ServerRecord,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> Bool {
        let prefix = "K10\(server.authority)::"
        guard token.hasPrefix(prefix) else { return false }
        let parts = token.dropFirst(prefix.count).split(separator: ".")
        guard parts.count == 2 else { return false }
        let hash = SHA256.hex(Array(parts[1].utf8))
        return try cluster.tokens().contains { $0.token == parts[0] && $0.secretHash == hash }
    }

    private func node(
        _ configuration: K3sConfigurationFile,
        registeredAt: Int64,
        _ faults: SimulatedFaults
    ) -> NodeRecord {
        NodeRecord(
            name: configuration.text("node-name"),
            host: id,
            internalAddress: configuration.text("node-ip"),
            publicAddress: configuration.text("node-external-ip"),
            labels: configuration.list("node-label"),
            registeredAt: registeredAt,
            annotations: [:],
            key: Base64.text(Self.randomBytes(32)),
            kiloStart: faults.durations.kiloStart,
            clockSkew: faults.clockSkew
        )
    }

    /// The configuration that a unit was started with.
    func configuration(of unit: String) -> K3sConfigurationFile? {
        look { $0.units[unit]?.configuration }.flatMap { try? K3sConfigurationFile($0) }
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
