import FoundationEssentials
import Steps

// `k3s kubectl` about objects by their kinds, and what the cluster's pages are asked.
extension SimulatedHost {
    func kubectlOnObjects(
        _ words: [String],
        _ options: [String],
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        if words == ["get", "ingress"], options.first == "--all-namespaces" {
            let items = try cluster.objects().filter { $0.kind == "Ingress" }.map(\.object)
            let list: JSONValue = .object(["kind": .string("List"), "items": .array(items)])
            return CommandResult(status: 0, standardOutput: try Self.text(list))
        }
        if words.first == "delete", words.count == 3 {
            return try delete(words[1], words[2], options, cluster)
        }
        guard options.first == "-n", options.count >= 2, let verb = words.first else {
            throw Self.notSimulated(command)
        }
        let namespace = options[1]
        let rest = Array(options.dropFirst(2))
        switch (verb, words.count, rest) {
        case ("get", 3, let rest)
        where rest.prefix(3) == ["--ignore-not-found", "-o", "json"]
            && ["", "--show-managed-fields"].contains(rest.dropFirst(3).joined()):
            return try get(words[1], namespace, words[2], cluster)
        case ("get", 2, let rest) where rest.count == 4 && rest.suffix(2) == ["-o", "json"]:
            let items = try list(words[1], namespace, rest[1], command, cluster)
            let list: JSONValue = .object(["kind": .string("List"), "items": items])
            return CommandResult(status: 0, standardOutput: try Self.text(list))
        case ("create", 3, let rest) where words[1] == "token" && rest.count == 1:
            return try createLogin(words[2], namespace, cluster)
        case ("logs", 2, ["--tail=12"]):
            return CommandResult(status: 0, standardOutput: "nothing of interest\n")
        case ("rollout", 3, []) where words[1] == "restart":
            return CommandResult(status: 0, standardOutput: "\(words[2]) restarted\n")
        default:
            throw Self.notSimulated(command)
        }
    }

    /// Whatever belongs to a namespace goes with it.
    private func delete(
        _ kind: String,
        _ name: String,
        _ options: [String],
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        if kind == "namespace" {
            for object in try cluster.objects()
            where object.namespace == name || (object.kind == "Namespace" && object.name == name) {
                try cluster.removeObject(object.path)
            }
        } else if let full = Self.kinds[kind], options.first == "-n", options.count > 1 {
            try cluster.removeObject("\(full).\(options[1]).\(name)")
        }
        return CommandResult(status: 0)
    }

    private func createLogin(
        _ account: String,
        _ namespace: String,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        guard try cluster.object("ServiceAccount.\(namespace).\(account)") != nil else {
            let complaint =
                "error: failed to create token: serviceaccounts \"\(account)\" not found\n"
            return CommandResult(status: 1, standardError: complaint)
        }
        let token = "eyJhbGciOiJSUzI1NiJ9.\(account).\(Base64.text(Self.randomBytes(12)))"
        return CommandResult(status: 0, standardOutput: token + "\n")
    }

    /// The kinds that are asked for by name, as kubectl and as the API call them.
    private static let kinds = [
        "secret": "Secret", "helmchart": "HelmChart", "ingress": "Ingress", "job": "Job",
        "deployment": "Deployment",
    ]

    private func get(
        _ kind: String,
        _ namespace: String,
        _ name: String,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        guard let full = Self.kinds[kind] else {
            let complaint = "error: the server doesn't have a resource type \"\(kind)\"\n"
            return CommandResult(status: 1, standardError: complaint)
        }
        let charts = SimulatedCharts(cluster: cluster, faults: faults)
        var object = try charts.object(kind, namespace, name)
        if let record = try cluster.object("\(full).\(namespace).\(name)") {
            object = try kind == "ingress" ? charts.shown(record) : Self.managed(record)
        }
        guard let object else { return CommandResult(status: 0) }
        return CommandResult(status: 0, standardOutput: try Self.text(object))
    }

    /// An object with the time at which its fields were last set.
    private static func managed(_ record: ObjectRecord) -> JSONValue {
        guard case .object(var members) = record.object,
            case .object(var metadata) = record.object["metadata"]
        else { return record.object }
        let time = SimulatedCharts.timestamp(record.appliedAt)
        metadata["managedFields"] = .array([
            .object(["manager": .string("isthmus"), "time": .string(time)])
        ])
        members["metadata"] = .object(metadata)
        return .object(members)
    }

    private func list(
        _ kind: String,
        _ namespace: String,
        _ selector: String,
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> JSONValue {
        let charts = SimulatedCharts(cluster: cluster, faults: faults)
        switch kind {
        case "pods":
            return charts.pods(selector)
        case "events":
            let name = selector.split(separator: "=").last.map(String.init) ?? ""
            guard let ingress = try cluster.object("Ingress.\(namespace).\(name)") else {
                return .array([])
            }
            return try charts.events(about: ingress)
        default:
            throw Self.notSimulated(command)
        }
    }

    /// `curl … https://NAME/`, which writes the status.
    func askPublicName(_ url: String, _ command: Command) throws(HostFailure) -> CommandResult {
        guard url.hasPrefix("https://"), url.hasSuffix("/"),
            command.argv.contains("%{http_code}"),
            let configuration = configuration(of: Self.serverUnit)
        else { throw Self.notSimulated(command) }
        let hostname = String(url.dropFirst("https://".count).dropLast())
        let cluster = internet.cluster(at: configuration.clusterAddress)
        let charts = SimulatedCharts(cluster: cluster, faults: faults)
        guard try charts.answers(at: hostname) else {
            let complaint = "curl: (6) Could not resolve host: \(hostname)\n"
            return CommandResult(status: 6, standardOutput: "000", standardError: complaint)
        }
        return CommandResult(status: 0, standardOutput: "200")
    }
}
