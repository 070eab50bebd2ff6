import Plan
import Steps

/// Kilo's objects as its release publishes them, fitted to a plan. They are changed as data: what
/// should be there and is not is an error, never a silent miss.
enum KiloManifests {
    /// Kilo's defaults, which need no flag (docs/kg.md of 0.7.0).
    private static let defaultPort = 51820
    private static let defaultSubnet = "10.4.0.0/16"

    /// The custom resource definitions, as they are.
    static func definitions(
        _ yaml: String,
        file: String
    ) throws(ManifestProblem)
        -> [KubernetesObject]
    {
        let documents = try ManifestReader.documents(yaml, file: file)
        guard documents.contains(where: { $0["kind"] == .string("CustomResourceDefinition") })
        else {
            throw ManifestProblem("\(file) holds no CustomResourceDefinition")
        }
        return try objects(documents, file: file)
    }

    /// The DaemonSet with the plan's flags, the CNI configuration with the plan's MTU, and all
    /// else as it is.
    static func fitted(
        _ yaml: String,
        file: String,
        to plan: ClusterPlan
    ) throws(ManifestProblem)
        -> [KubernetesObject]
    {
        var documents = try ManifestReader.documents(yaml, file: file)
        let daemonSet = try position(of: "DaemonSet", in: documents, file: file)
        documents[daemonSet] = try withFlags(documents[daemonSet], plan, file: file)
        let configuration = try position(of: "ConfigMap", in: documents, file: file)
        documents[configuration] = try withMTU(documents[configuration], plan.mesh.mtu, file: file)
        return try objects(documents, file: file)
    }

    /// The flags of Kilo's agent that a plan decides. `--listen` keeps its metrics and profiler off
    /// the public address; full granularity makes each host a segment of its own.
    static func flags(for plan: ClusterPlan) -> [(name: String, value: String)] {
        var flags = [
            ("--mesh-granularity", "full"),
            ("--mtu", String(plan.mesh.mtu)),
            ("--service-cidr", plan.k3s.serviceCIDR),
            ("--listen", "127.0.0.1:1107"),
        ]
        if plan.mesh.port != defaultPort { flags.append(("--port", String(plan.mesh.port))) }
        if plan.mesh.subnet != defaultSubnet { flags.append(("--subnet", plan.mesh.subnet)) }
        return flags
    }

    private static func position(
        of kind: String,
        in documents: [ManifestValue],
        file: String
    )
        throws(ManifestProblem) -> Int
    {
        let found = documents.firstIndex {
            $0["kind"]?.string == kind && $0["metadata"]?["name"]?.string == "kilo"
                && $0["metadata"]?["namespace"]?.string == "kube-system"
        }
        guard let found else { throw ManifestProblem("\(file) holds no \(kind) kube-system/kilo") }
        return found
    }

    private static func withFlags(
        _ daemonSet: ManifestValue,
        _ plan: ClusterPlan,
        file: String
    )
        throws(ManifestProblem) -> ManifestValue
    {
        var daemonSet = daemonSet
        guard var spec = daemonSet["spec"], var template = spec["template"],
            var pod = template["spec"], var containers = pod["containers"]?.list,
            let kilo = containers.firstIndex(where: { $0["name"]?.string == "kilo" })
        else {
            throw ManifestProblem("\(file): DaemonSet kube-system/kilo has no container 'kilo'")
        }
        var arguments = (containers[kilo]["args"]?.list ?? []).compactMap(\.string)
        if let image = plan.mesh.image { setImage(image, in: &containers, of: &pod) }
        for flag in flags(for: plan) { set(flag.name, to: flag.value, in: &arguments) }
        containers[kilo]["args"] = .list(arguments.map(ManifestValue.string))
        pod["containers"] = .list(containers)
        template["spec"] = pod
        spec["template"] = template
        daemonSet["spec"] = spec
        return daemonSet
    }

    /// Kilo's image in the container that has it and in those that begin before it, which take
    /// their programs from the same one.
    private static func setImage(
        _ image: String,
        in containers: inout [ManifestValue],
        of pod: inout ManifestValue
    ) {
        let own = containers.first { $0["name"]?.string == "kilo" }?["image"]
        func replaced(_ container: ManifestValue) -> ManifestValue {
            var container = container
            if container["image"] == own { container["image"] = .string(image) }
            return container
        }
        containers = containers.map(replaced)
        if let before = pod["initContainers"]?.list {
            pod["initContainers"] = .list(before.map(replaced))
        }
    }

    /// Takes both forms of a flag away, `--x=1` and `--x 1`, and adds the one wanted.
    private static func set(_ flag: String, to value: String, in arguments: inout [String]) {
        arguments.removeAll { $0.hasPrefix(flag + "=") }
        while let position = arguments.firstIndex(of: flag) {
            let hasValue = arguments[(position + 1)...].first.map { !$0.hasPrefix("-") } ?? false
            arguments.removeSubrange(position...(hasValue ? position + 1 : position))
        }
        arguments.append("\(flag)=\(value)")
    }

    private static func withMTU(
        _ configMap: ManifestValue,
        _ mtu: Int,
        file: String
    )
        throws(ManifestProblem) -> ManifestValue
    {
        let place = "\(file): cni-conf.json of ConfigMap kube-system/kilo"
        guard var data = configMap["data"], let text = data["cni-conf.json"]?.string else {
            throw ManifestProblem("\(place) is missing")
        }
        guard var network = try? ManifestValue(json: text), let plugins = network["plugins"]?.list
        else {
            throw ManifestProblem("\(place) is no CNI configuration with plugins")
        }
        guard plugins.contains(where: { $0["type"]?.string == "bridge" }) else {
            throw ManifestProblem("\(place) has no bridge")
        }
        network["plugins"] = .list(
            plugins.map { plugin in
                guard plugin["type"]?.string == "bridge" else { return plugin }
                var bridge = plugin
                bridge["mtu"] = .int(mtu)
                return bridge
            }
        )
        var configMap = configMap
        data["cni-conf.json"] = .string(try rendered(network, pretty: true, file: file))
        configMap["data"] = data
        return configMap
    }

    /// In the order in which they can be applied: what others need first, workloads last, and the
    /// file's order otherwise.
    private static func objects(
        _ documents: [ManifestValue],
        file: String
    ) throws(ManifestProblem)
        -> [KubernetesObject]
    {
        var ranked: [(rank: Int, object: KubernetesObject)] = []
        for document in documents {
            guard let kind = document["kind"]?.string,
                let name = document["metadata"]?["name"]?.string
            else {
                throw ManifestProblem("\(file) holds a document without kind or metadata.name")
            }
            let space = document["metadata"]?["namespace"]?.string.map { "\($0)/" } ?? ""
            let object = KubernetesObject(
                name: "\(kind) \(space)\(name)",
                json: try rendered(document, file: file)
            )
            ranked.append((rank(of: kind), object))
        }
        let ranks = Set(ranked.map(\.rank)).sorted()
        return ranks.flatMap { rank in ranked.filter { $0.rank == rank }.map(\.object) }
    }

    private static func rank(of kind: String) -> Int {
        switch kind {
        case "Namespace": 0
        case "CustomResourceDefinition": 1
        case "DaemonSet", "Deployment", "StatefulSet", "Job", "Pod": 3
        default: 2
        }
    }

    private static func rendered(
        _ value: ManifestValue,
        pretty: Bool = false,
        file: String
    )
        throws(ManifestProblem) -> String
    {
        do {
            return try value.json(pretty: pretty)
        } catch {
            throw ManifestProblem("\(file) holds a number that JSON cannot say: \(error)")
        }
    }
}
