import Foundation
import Plan
import Steps
import Testing

@testable import Coordinator

@Suite struct KiloManifestsTests {
    @Test func `Kilo's agent gets the plan's flags and keeps its own`() throws {
        let arguments = try arguments(of: fitted(.sample()))
        #expect(
            arguments.prefix(2) == [
                "--kubeconfig=/etc/kubernetes/kubeconfig", "--hostname=$(NODE_NAME)",
            ]
        )
        #expect(
            Set(arguments.dropFirst(2)) == [
                "--mesh-granularity=full", "--mtu=1420", "--service-cidr=10.43.0.0/16",
                "--listen=127.0.0.1:1107",
            ]
        )
    }

    @Test func `port and subnet are flags where they are not Kilo's own`() throws {
        var plan = try ClusterPlan.sample()
        plan.mesh.port = 51821
        plan.mesh.subnet = "10.5.0.0/16"
        let arguments = try arguments(of: fitted(plan))
        #expect(arguments.contains("--port=51821"))
        #expect(arguments.contains("--subnet=10.5.0.0/16"))
    }

    @Test func `an image of one's own is in every container that has Kilo's`() throws {
        var plan = try ClusterPlan.sample()
        plan.mesh.image = "registry.example.org/kilo:0.7.0"
        let yaml = StandInArtifacts.manifest("0.7.0").replacing(
            "      containers:",
            with: "      initContainers:\n      - {name: cni, image: \"squat/kilo:0.7.0\"}\n"
                + "      - {name: other, image: busybox}\n      containers:"
        )
        let set = try value("DaemonSet kube-system/kilo", in: fitted(plan, yaml))
        let pod = try #require(set["spec"]?["template"]?["spec"])
        let images = ((pod["initContainers"]?.list ?? []) + (pod["containers"]?.list ?? []))
            .compactMap { $0["image"]?.string }
        let own = "registry.example.org/kilo:0.7.0"
        #expect(images == [own, "busybox", own])
    }

    @Test func `a flag that is there is replaced in either spelling`() throws {
        let yaml = StandInArtifacts.manifest("0.7.0").replacing(
            "- --hostname=$(NODE_NAME)",
            with: "- --mtu=auto\n            - --mesh-granularity\n            - location"
        )
        let arguments = try arguments(of: fitted(.sample(), yaml))
        #expect(arguments.count { $0.hasPrefix("--mtu") } == 1)
        #expect(arguments.contains("--mtu=1420"))
        #expect(!arguments.contains("location"))
    }

    @Test func `the bridge gets the plan's MTU and the rest stays`() throws {
        var plan = try ClusterPlan.sample()
        plan.mesh.mtu = 1280
        let map = try value("ConfigMap kube-system/kilo", in: fitted(plan))
        let network = try ManifestValue(json: #require(map["data"]?["cni-conf.json"]?.string))
        let plugins = try #require(network["plugins"]?.list)
        #expect(plugins.first?["mtu"] == .int(1280))
        #expect(plugins.last?["mtu"] == nil)
        #expect(network["cniVersion"] == .string("0.4.0"))
    }

    @Test func `workloads are applied last`() throws {
        #expect(
            try fitted(.sample()).map(\.name) == [
                "ConfigMap kube-system/kilo", "DaemonSet kube-system/kilo",
            ]
        )
    }

    @Test func `definitions come as they are`() throws {
        let objects = try KiloManifests.definitions(StandInArtifacts.definitions, file: "crds.yaml")
        #expect(objects.map(\.name) == ["CustomResourceDefinition peers.kilo.squat.ai"])
    }

    @Test(arguments: [
        ("kind: DaemonSet", "kind: Deployment", "holds no DaemonSet kube-system/kilo"),
        ("- name: kilo\n", "- name: other\n", "has no container 'kilo'"),
        ("kind: ConfigMap", "kind: Secret", "holds no ConfigMap kube-system/kilo"),
        ("cni-conf.json:", "cni.json:", "cni-conf.json of ConfigMap kube-system/kilo is missing"),
        ("\"bridge\", \"bridge\"", "\"ptp\", \"bridge\"", "has no bridge"),
        ("\"cniVersion\"", "cniVersion", "is no CNI configuration"),
        ("kind: ConfigMap", "kind: [", "is no YAML"),
    ])
    func `what should be there and is not is an error`(
        original: String,
        replacement: String,
        message: String
    ) throws {
        let yaml = StandInArtifacts.manifest("0.7.0").replacing(original, with: replacement)
        let problem = #expect(throws: ManifestProblem.self) { try fitted(.sample(), yaml) }
        #expect(problem?.description.contains(message) == true, "\(problem?.description ?? "")")
        #expect(problem?.description.contains("kilo.yaml") == true)
    }

    @Test func `aliases that multiply are cut short`() throws {
        let nine = String(repeating: "*a, ", count: 9)
        var yaml = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (name, before) in zip("bcdefgh", "abcdefg") {
            yaml += "\(name): &\(name) [\(nine.replacing("*a", with: "*\(before)"))]\n"
        }
        #expect(throws: ManifestProblem.self) {
            try ManifestReader.documents(yaml, file: "bomb.yaml")
        }
    }

    @Test(.enabled(if: upstream != nil, "ISTHMUS_UPSTREAM names no folder"))
    func `the release's own manifests fit`() throws {
        let folder = try #require(Self.upstream) + "/kilo-0.7.0"
        let yaml = try String(contentsOfFile: folder + "/kilo-k3s.yaml", encoding: .utf8)
        var plan = try ClusterPlan.sample()
        plan.mesh.mtu = 1380
        let objects = try fitted(plan, yaml)
        #expect(
            objects.map(\.name) == [
                "ConfigMap kube-system/kilo", "ServiceAccount kube-system/kilo",
                "ClusterRole kilo", "ClusterRoleBinding kilo",
                "ConfigMap kube-system/kilo-scripts", "DaemonSet kube-system/kilo",
            ]
        )
        #expect(try arguments(of: objects).contains("--mtu=1380"))
        let daemonSet = try value("DaemonSet kube-system/kilo", in: objects)
        let container = daemonSet["spec"]?["template"]?["spec"]?["containers"]?.list?.first
        #expect(container?["image"] == .string("squat/kilo:0.7.0"))
        #expect(container?["securityContext"]?["privileged"] == .bool(true))
        let definitions = try String(contentsOfFile: folder + "/crds.yaml", encoding: .utf8)
        #expect(try KiloManifests.definitions(definitions, file: "crds.yaml").count == 1)
    }

    static var upstream: String? { ProcessInfo.processInfo.environment["ISTHMUS_UPSTREAM"] }

    private func fitted(
        _ plan: ClusterPlan,
        _ yaml: String = StandInArtifacts.manifest("0.7.0")
    ) throws -> [KubernetesObject] {
        try KiloManifests.fitted(yaml, file: "kilo.yaml", to: plan)
    }

    private func value(_ name: String, in objects: [KubernetesObject]) throws -> ManifestValue {
        try ManifestValue(json: #require(objects.first { $0.name == name }).json)
    }

    private func arguments(of objects: [KubernetesObject]) throws -> [String] {
        let daemonSet = try value("DaemonSet kube-system/kilo", in: objects)
        let containers = daemonSet["spec"]?["template"]?["spec"]?["containers"]?.list
        return (containers?.first?["args"]?.list ?? []).compactMap(\.string)
    }
}
