import Plan
import SimulatedHost
import Steps
import Testing

/// The very words that each kind writes and runs.
struct KindExpectationTests {
    @Test func `the hostname is set after everything that knows it`() async throws {
        let cluster = try SmallCluster()
        let outcome = await cluster.run(try cluster.step("kube-seoul.hostname"))
        let machine = cluster.host(ThreeClouds.seoul)
        #expect(machine.commands.map(\.argv) == [["hostnamectl", "set-hostname", "kube-seoul"]])
        #expect(
            try await cluster.text("/etc/hosts", on: ThreeClouds.seoul)
                == "127.0.0.1 localhost\n127.0.1.1 kube-seoul\n"
        )
        #expect(
            try await cluster.text(
                "/etc/cloud/cloud.cfg.d/99-isthmus-hostname.cfg",
                on: ThreeClouds.seoul
            )
                == """
                # Written by isthmus from the cluster's plan; edit the plan instead.
                preserve_hostname: true
                manage_etc_hosts: false

                """
        )
        let lines = outcome.changes.flatMap { change in change.rendered() }
        #expect(
            lines.filter { $0.contains("127.") } == [
                "     127.0.0.1 localhost", "    -127.0.1.1 debian", "    +127.0.1.1 kube-seoul",
            ]
        )
    }

    @Test func `without cloud-init there is no file for it`() async throws {
        let cluster = try SmallCluster()
        try await cluster.host(ThreeClouds.seoul).remove("/etc/cloud/cloud.cfg")
        _ = await cluster.run(try cluster.step("kube-seoul.hostname"))
        let path = "/etc/cloud/cloud.cfg.d/99-isthmus-hostname.cfg"
        #expect(try await cluster.text(path, on: ThreeClouds.seoul) == nil)
    }

    @Test func `a kernel without WireGuard gets wireguard-go and no module list`() async throws {
        let facts = HostFacts(
            hostname: "old",
            architecture: .amd64,
            kernelWireGuard: false,
            addresses: []
        )
        let host = try SimulatedHost(id: "old", internet: SimulatedInternet(), facts: facts)
        let context = StepContext(host: host, artifacts: FixedSource())
        let outcome = await StepRun.apply(InstallWireGuardTools(), context)
        #expect(outcome.changes == [.packages(["wireguard-tools", "wireguard-go"])])
        #expect(try await host.read("/etc/modules-load.d/isthmus-wireguard.conf") == nil)
    }

    @Test func `the server's configuration has these keys and no others`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.kilo-annotation")
        #expect(
            try await cluster.text("/etc/rancher/k3s/config.yaml", on: ThreeClouds.japan) == """
                # Written by isthmus from the cluster's plan; edit the plan instead.
                cluster-init: true
                node-name: kube-japan
                node-ip: "10.0.0.11"
                node-external-ip: "203.0.113.11"
                advertise-address: "203.0.113.11"
                tls-san: ["203.0.113.11"]
                flannel-backend: "none"
                disable: [traefik, servicelb]
                secrets-encryption: true
                write-kubeconfig-mode: "0600"
                agent-token-file: /etc/rancher/k3s/agent-token
                node-label: [topology.kubernetes.io/region=japan]

                """
        )
        let machine = cluster.host(ThreeClouds.japan)
        for path in ["/etc/rancher/k3s/config.yaml", "/etc/rancher/k3s/agent-token"] {
            #expect(try await machine.mode(of: path) == 0o600)
        }
        let install = try #require(machine.commands.first { $0.argv.first == "sh" })
        #expect(install.argv == ["sh", "/usr/local/lib/isthmus/k3s-install.sh", "server"])
        #expect(
            install.environment == [
                "INSTALL_K3S_SKIP_DOWNLOAD": "true", "INSTALL_K3S_SKIP_START": "true",
            ]
        )
        #expect(
            machine.commands.contains {
                $0.argv == ["k3s", "kubectl", "get", "--raw=/readyz"]
            }
        )
        let hairpin = try #require(machine.commands.first { $0.argv.first == "curl" })
        #expect(hairpin.argv.last == "https://203.0.113.11:6443/cacerts")
        #expect(cluster.reported.contains("the server reaches itself at 203.0.113.11:6443"))
    }

    @Test func `values that YAML could misread are quoted`() async throws {
        var settings = K3sSettings(version: "v1", tlsSANs: ["k8s.example.com", "1e3"])
        settings.disable = ["no", "metrics-server"]
        settings.clusterCIDR = "10.52.0.0/16"
        settings.serverConfig = [
            "debug": .flag(true), "kubelet-arg": .list(["max-pods=50"]), "v": .number(4),
            "cluster-domain": .text("1e3"),
        ]
        var node = NodeRegistration(ThreeClouds.japan)
        node.labels = ["note=a \"b\"\\\n", "true"]
        node.taints = ["role=edge:NoSchedule"]
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.k3s-server")
        _ = await StepRun.apply(
            RunK3sServer(node: node, settings: settings),
            cluster.context(ThreeClouds.japan)
        )
        let text = try #require(
            try await cluster.text("/etc/rancher/k3s/config.yaml", on: ThreeClouds.japan)
        )
        for line in [
            #"tls-san: ["203.0.113.11", k8s.example.com, "1e3"]"#,
            #"disable: ["no", metrics-server]"#,
            #"cluster-cidr: "10.52.0.0/16""#,
            #"node-label: ["note=a \"b\"\\\n", "true"]"#,
            #"node-taint: ["role=edge:NoSchedule"]"#,
            "debug: true",
            "kubelet-arg: [max-pods=50]",
            #"cluster-domain: "1e3""#,
            "v: 4",
        ] {
            #expect(text.contains(line + "\n"))
        }
        #expect(!text.contains("service-cidr"))
    }

    @Test func `the agents' password is made once`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.kilo-annotation")
        let path = "/etc/rancher/k3s/agent-token"
        let first = try await cluster.text(path, on: ThreeClouds.japan)
        #expect(first?.count == 33)
        try await cluster.host(ThreeClouds.japan).write(
            "/etc/rancher/k3s/config.yaml",
            Array("node-name: other\n".utf8),
            mode: 0o600
        )
        let outcome = await cluster.run(try cluster.step("kube-japan.k3s-server"))
        #expect(outcome.changes.last == .unit(action: "restart", unit: "k3s.service"))
        #expect(try await cluster.text(path, on: ThreeClouds.japan) == first)
    }

    @Test func `another binary restarts K3s and writes no unit`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-japan.kilo-annotation")
        try await cluster.host(ThreeClouds.japan).write(
            "/usr/local/bin/k3s",
            Array("another release".utf8),
            mode: 0o755
        )
        let outcome = await cluster.run(try cluster.step("kube-japan.k3s-server"))
        #expect(outcome.changes == [.unit(action: "restart", unit: "k3s.service")])
    }

    @Test func `an agent joins with a token made for it`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run(upTo: "kube-seoul.kilo-annotation")
        let creation = try #require(
            cluster.host(ThreeClouds.japan).commands.last { $0.argv.contains("create") }
        )
        #expect(
            creation.argv == [
                "k3s", "token", "create", "--ttl", "20m", "--description", "join-kube-seoul",
            ]
        )
        #expect(creation.outputIsSecret)
        #expect(
            try await cluster.text("/etc/rancher/k3s/config.yaml", on: ThreeClouds.seoul) == """
                # Written by isthmus from the cluster's plan; edit the plan instead.
                server: "https://203.0.113.11:6443"
                token-file: /etc/rancher/k3s/join-token
                node-name: kube-seoul
                node-ip: "10.0.0.12"
                node-external-ip: "203.0.113.12"
                node-label: [topology.kubernetes.io/region=seoul]

                """
        )
        let machine = cluster.host(ThreeClouds.seoul)
        #expect(try await machine.mode(of: "/etc/rancher/k3s/join-token") == 0o600)
        #expect(
            machine.commands.last?.argv == [
                "curl", "-sSf", "--max-time", "5", "http://127.0.0.1:10248/healthz",
            ]
        )
    }

    @Test func `public nodes force their endpoint, hidden ones keep their way open`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let calls = cluster.host(ThreeClouds.japan).commands.map(\.argv).filter {
            $0.contains("annotate")
        }
        let annotate = ["k3s", "kubectl", "annotate", "--overwrite", "node"]
        #expect(
            calls == [
                annotate + [
                    "kube-japan", "kilo.squat.ai/force-endpoint=203.0.113.11:51820",
                    "kilo.squat.ai/location=japan",
                ],
                annotate + [
                    "kube-seoul", "kilo.squat.ai/force-endpoint=203.0.113.12:51820",
                    "kilo.squat.ai/location=seoul",
                ],
                annotate + [
                    "kube-chuncheon", "kilo.squat.ai/persistent-keepalive=25",
                    "kilo.squat.ai/location=chuncheon",
                ],
            ]
        )
    }

    @Test func `an annotation that should not be there is taken away`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let server = cluster.host(ThreeClouds.japan)
        let stray = "kilo.squat.ai/persistent-keepalive"
        _ = try await server.run(
            Command([
                "k3s", "kubectl", "annotate", "--overwrite", "node", "kube-seoul", "\(stray)=10",
            ])
        )
        let outcome = await cluster.run(try cluster.step("kube-seoul.kilo-annotation"))
        #expect(
            outcome.changes == [
                .setting(name: "node kube-seoul, \(stray)", before: "10", after: ""),
                .command(
                    argv: [
                        "k3s", "kubectl", "annotate", "--overwrite", "node", "kube-seoul",
                        "\(stray)-",
                    ],
                    purpose: "set them"
                ),
            ]
        )
        #expect(server.commands.contains { $0.argv.last == "\(stray)-" })
    }

    @Test func `a changed object shows its difference and nothing else`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let changed = ApplyManifests(
            name: "Kilo",
            objects: [ThreeClouds.configuration, ThreeClouds.kilo(mtu: 1380)]
        )
        let outcome = await StepRun.apply(changed, cluster.context(ThreeClouds.japan))
        let change = try #require(outcome.changes.first)
        #expect(outcome.changes.count == 2)
        #expect(changed.disruption(by: outcome.changes) == .workload)
        let fresh = [Change.object(name: "DaemonSet kube-system/kilo", diff: "")]
        #expect(changed.disruption(by: fresh) == .none)
        let lines = change.rendered()
        #expect(lines.first == "change DaemonSet kube-system/kilo")
        #expect(lines.contains { $0.hasPrefix("    -") && $0.contains("--mtu=1420") })
        #expect(lines.contains { $0.hasPrefix("    +") && $0.contains("--mtu=1380") })
        let apply = try #require(
            cluster.host(ThreeClouds.japan).commands.last { $0.argv.contains("apply") }
        )
        #expect(
            apply.argv == [
                "k3s", "kubectl", "apply", "--server-side", "--force-conflicts",
                "--field-manager=isthmus", "-f", "-",
            ]
        )
        #expect(apply.standardInput != nil)
        #expect(
            outcome.changes.last
                == .command(argv: apply.argv, purpose: "apply them from standard input")
        )
    }

    @Test func `the mesh is tried small and full-sized`() async throws {
        let cluster = try SmallCluster()
        try await cluster.run()
        let pings = cluster.host(ThreeClouds.seoul).commands.map(\.argv).filter {
            $0.first == "ping"
        }
        let small = ["ping", "-q", "-c", "3", "-W", "2"]
        // Addresses go by the order of the nodes' names: chuncheon, japan, seoul.
        #expect(
            Set(pings) == [
                small + ["10.4.0.1"], small + ["10.4.0.2"],
                small + ["-M", "do", "-s", "1392", "10.4.0.1"],
                small + ["-M", "do", "-s", "1392", "10.4.0.2"],
            ]
        )
        let dumps = cluster.host(ThreeClouds.seoul).commands.filter { $0.argv.first == "wg" }
        #expect(!dumps.isEmpty)
        #expect(dumps.allSatisfy { $0.outputIsSecret })
    }
}
