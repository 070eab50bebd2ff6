import FoundationEssentials
import Plan
import Steps

// `k3s kubectl`, in the forms that steps use.
extension SimulatedHost {
    func kubectl(
        _ arguments: [String],
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        let words = arguments.prefix { !$0.hasPrefix("-") }
        let options = Array(arguments.dropFirst(words.count))
        switch (Array(words), options) {
        case (["get"], ["--raw=/readyz"]):
            return CommandResult(status: 0, standardOutput: "ok")
        case (["get", "nodes"], ["-o", "json"]):
            let mesh = try cluster.mesh()
            let items = try cluster.nodes().map { Self.object($0, mesh) }
            let list: JSONValue = .object(["kind": .string("List"), "items": .array(items)])
            return CommandResult(status: 0, standardOutput: try Self.text(list))
        case (["get", "node", words.last ?? ""], ["--ignore-not-found", "-o", "json"]):
            return try get(node: words.last ?? "", cluster)
        case (["delete", "node", words.last ?? ""], []):
            try cluster.removeNode(words.last ?? "")
            return CommandResult(status: 0)
        case (["annotate"], _) where options.prefix(2) == ["--overwrite", "node"]:
            return try annotate(Array(options.dropFirst(2)), cluster)
        case (["apply"], Self.fromStandardInput):
            return try apply(command, cluster)
        case (["diff"], Self.fromStandardInput):
            return try diff(command, cluster)
        case (["wait"], _) where options.first == "--for=condition=Established":
            return try awaitDefinition(options.last ?? "", cluster)
        default:
            return try kubectlOnObjects(Array(words), options, command, cluster)
        }
    }

    private static let fromStandardInput = [
        "--server-side", "--force-conflicts", "--field-manager=isthmus", "-f", "-",
    ]

    private func get(
        node name: String,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        guard let node = try cluster.node(name) else { return CommandResult(status: 0) }
        let object = Self.object(node, try cluster.mesh())
        return CommandResult(status: 0, standardOutput: try Self.text(object))
    }

    /// A Node as the API shows it.
    private static func object(_ node: NodeRecord, _ mesh: SimulatedMesh) -> JSONValue {
        var annotations = node.annotations
        for (key, value) in mesh.annotations(of: node) {
            annotations["kilo.squat.ai/\(key)"] = value
        }
        let isReady = mesh.member(node.name) != nil
        let message = isReady ? "kubelet is posting ready status" : "cni plugin not initialized"
        let ready: JSONValue = .object([
            "type": .string("Ready"), "status": .string(isReady ? "True" : "False"),
            "reason": .string(isReady ? "KubeletReady" : "KubeletNotReady"),
            "message": .string(message),
        ])
        return .object([
            "apiVersion": .string("v1"), "kind": .string("Node"),
            "metadata": .object([
                "name": .string(node.name),
                "annotations": .object(annotations.mapValues(JSONValue.string)),
                "labels": .object(Self.labels(of: node)),
            ]),
            "spec": .object(["podCIDR": .string("10.42.0.0/24")]),
            "status": .object(["conditions": .array([ready])]),
        ])
    }

    private static func labels(of node: NodeRecord) -> [String: JSONValue] {
        var labels: [String: JSONValue] = [:]
        for label in node.labels {
            let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
            if let key = parts.first { labels[key] = .string(parts.dropFirst().first ?? "") }
        }
        return labels
    }

    /// `NAME KEY=VALUE OTHER- …`.
    private func annotate(
        _ arguments: [String],
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        let name = arguments.first ?? ""
        guard var node = try cluster.node(name) else {
            let complaint = "Error from server (NotFound): nodes \"\(name)\" not found\n"
            return CommandResult(status: 1, standardError: complaint)
        }
        for change in arguments.dropFirst() {
            if let equals = change.firstIndex(of: "=") {
                let value = change[change.index(after: equals)...]
                node.annotations[String(change[..<equals])] = String(value)
            } else if change.hasSuffix("-") {
                node.annotations[String(change.dropLast())] = nil
            }
        }
        try cluster.write(node)
        return CommandResult(status: 0, standardOutput: "node/\(name) annotated\n")
    }

    private func apply(
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        var output = ""
        for object in try objects(command) {
            let kept = try cluster.object(object.path)
            if kept?.object != object.object { try cluster.write(object) }
            output += "\(object.kind.lowercased())/\(object.name) serverside-applied\n"
        }
        return CommandResult(status: 0, standardOutput: output)
    }

    private func diff(
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        var output = ""
        for object in try objects(command) {
            let kept = try cluster.object(object.path)
            guard kept?.object != object.object else { continue }
            let before = try kept.map { kept throws(HostFailure) in try Self.text(kept.object) }
            let lines = LineDiff.unified(from: before ?? "", to: try Self.text(object.object))
            let version = object.apiVersion.split(separator: "/").joined(separator: ".")
            let file = "\(version).\(object.path)"
            output += "diff -u -N /tmp/LIVE-1/\(file) /tmp/MERGED-1/\(file)\n"
            output += "--- /tmp/LIVE-1/\(file)\n+++ /tmp/MERGED-1/\(file)\n"
            output += lines.map { $0 + "\n" }.joined()
        }
        return CommandResult(status: output.isEmpty ? 0 : 1, standardOutput: output)
    }

    private func awaitDefinition(
        _ argument: String,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        let name = argument.dropFirst("crd/".count)
        let exists = try cluster.object("CustomResourceDefinition..\(name)") != nil
        return CommandResult(status: exists ? 0 : 1)
    }

    /// The items of the list on the standard input.
    private func objects(_ command: Command) throws(HostFailure) -> [ObjectRecord] {
        let list = try JSONRecord.decode(
            JSONValue.self,
            from: command.standardInput?.reveal() ?? []
        )
        let now = internet.now()
        return list["items"].elements.map { ObjectRecord(object: $0, appliedAt: now) }
    }
}
