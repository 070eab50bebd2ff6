extension PlanField {
    /// Every field, in the order of the documentation.
    public static let all: [PlanField] = top + hosts + k3s + mesh + artifacts + policies

    private static let top: [PlanField] = [
        .init(
            "$schema",
            "The schema that editors check the plan against; not read here.",
            .nothing
        ),
        .init("apiVersion", "`\(ClusterPlan.apiVersion)`.", .refused),
        .init("kind", "`\(ClusterPlan.kind)`.", .refused),
        .init(
            "metadata.name",
            "The cluster's name: 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter "
                + "or digit. It is part of every certificate.",
            .refused
        ),
    ]

    private static let hosts: [PlanField] = [
        .init(
            "hosts[].id",
            "The host's key, which never changes and which its agent enrolled with; written like "
                + "the cluster's name, once in the plan.",
            .refused
        ),
        .init(
            "hosts[].hostname",
            "The machine's hostname and the Kubernetes node's name: a lower-case DNS name of at most "
                + "63 bytes, once in the plan.",
            .value("the id", reason: "one name for one machine")
        ),
        .init(
            "hosts[].role",
            "`server` (runs Kubernetes' control plane, and work) or `agent` (runs work). Exactly one "
                + "host is the server.",
            .refused
        ),
        .init(
            "hosts[].addresses.public",
            "The IPv4 address that the other hosts reach it at. Private, CGNAT, loopback, link-local "
                + "and multicast addresses are refused.",
            .refused
        ),
        .init(
            "hosts[].addresses.internal",
            "The IPv4 address on one of its interfaces, which Kubernetes calls InternalIP; no other "
                + "host may have it. A host behind NAT must say it.",
            .value("the public address", reason: "right where an interface carries it")
        ),
        .init(
            "hosts[].behindNAT",
            "Whether others cannot open connections to its public address. The server cannot be.",
            .value("false", reason: "a cloud's public address is open from outside")
        ),
        .init("hosts[].topology.region", "The label `topology.kubernetes.io/region`.", .nothing),
        .init(
            "hosts[].topology.location",
            "The annotation `kilo.squat.ai/location`; in a full mesh it shapes nothing.",
            .value("the region", reason: "one name for one place")
        ),
        .init(
            "hosts[].labels.*",
            "Further labels of the node, given when it registers: Kubernetes' syntax, and only keys "
                + "that the kubelet may set.",
            .value("{}", reason: "none but those that follow from other fields")
        ),
        .init(
            "hosts[].taints[]",
            "Taints of the node, given when it registers: `KEY=VALUE:EFFECT` or `KEY:EFFECT` with "
                + "`NoSchedule`, `PreferNoSchedule` or `NoExecute`.",
            .value("[]", reason: "work may run on every host, the server too")
        ),
    ]

    private static let k3s: [PlanField] = [
        .init(
            "k3s.version",
            "An exact release, `vX.Y.Z+k3sN`, not before v1.26.2. Channels are refused: what they "
                + "stand for changes.",
            .refused
        ),
        .init(
            "k3s.tlsSANs[]",
            "DNS names and IPv4 addresses that the API's certificate is valid for, beside the "
                + "server's public address.",
            .value("[]", reason: "the public address is always in it")
        ),
        .init(
            "k3s.disable[]",
            "Components of K3s that are left out: `coredns`, `local-storage`, `metrics-server`, "
                + "`runtimes`, `servicelb`, `traefik`.",
            .value("[traefik, servicelb]", reason: "they would answer on every public address")
        ),
        .init(
            "k3s.clusterCIDR",
            "The pods' addresses, /8 to /24; each host gets a /24 of it.",
            .value("10.42.0.0/16", reason: "K3s' own default; room for 256 hosts")
        ),
        .init(
            "k3s.serviceCIDR",
            "The services' addresses, /12 to /24.",
            .value("10.43.0.0/16", reason: "K3s' own default")
        ),
        .init(
            "k3s.secretsEncryption",
            "Whether Secrets are encrypted in the datastore.",
            .value("true", reason: "K3s cannot turn it on later")
        ),
    ]

    private static let mesh: [PlanField] = [
        .init(
            "mesh.kind",
            "`\(MeshSettings.kind)`.",
            .value(MeshSettings.kind, reason: "the only mesh there is")
        ),
        .init(
            "mesh.granularity",
            "`\(MeshSettings.granularity)`: every host is a WireGuard peer of every other.",
            .value(MeshSettings.granularity, reason: "the hosts share no network")
        ),
        .init(
            "mesh.kiloVersion",
            "A Kilo release, `X.Y.Z`.",
            .value("0.7.0", reason: "the release this one was made with; its files are pinned")
        ),
        .init(
            "mesh.port",
            "WireGuard's UDP port, 1 to 65535; open between all hosts.",
            .value("51820", reason: "WireGuard's usual port")
        ),
        .init(
            "mesh.subnet",
            "WireGuard's addresses, /8 to /30.",
            .value("10.4.0.0/16", reason: "Kilo's own default")
        ),
        .init(
            "mesh.mtu",
            "Bytes that a packet inside the mesh may have, 1280 to 8920: the smallest MTU between "
                + "two hosts less 80. Kilo's own guess takes a cloud's jumbo frames for the "
                + "internet's.",
            .value("1420", reason: "fits the internet's usual 1500")
        ),
        .init(
            "mesh.natKeepalive",
            "Seconds between keepalives of hosts behind NAT, 1 to 300. The others send none, for "
                + "their peers would prefer a discovered address to the plan's.",
            .value("25", reason: "gateways forget silent UDP flows after 30 seconds and more")
        ),
    ]

    private static let artifacts: [PlanField] =
        Architecture.allCases.flatMap { architecture in
            file(
                "artifacts.k3s.\(architecture.rawValue)",
                "the `k3s` binary for \(architecture.rawValue)",
                from: "the release's on GitHub",
                checksums: .value(
                    "the release's list",
                    reason: "published beside the files"
                )
            )
        }
        + file(
            "artifacts.installScript",
            "K3s' install script",
            from: "the one at the release's tag",
            checksums: .nothing
        )
        + file(
            "artifacts.kiloCRDs",
            "Kilo's custom resource definitions",
            from: "the release's",
            checksums: .nothing,
            pin: .value("pinned for Kilo 0.7.0", reason: "read before this release was made")
        )
        + file(
            "artifacts.kiloManifest",
            "Kilo's objects for K3s",
            from: "the release's",
            checksums: .nothing,
            pin: .value("pinned for Kilo 0.7.0", reason: "read before this release was made")
        )

    private static func file(
        _ path: String,
        _ what: String,
        from source: String,
        checksums: Absence,
        pin: Absence = .nothing
    ) -> [PlanField] {
        [
            .init(
                path + ".url",
                "Where the coordinator gets \(what): `https://…`, `http://…` together with `sha256`, "
                    + "or `file:///…` on the coordinator.",
                .value(source, reason: "the release's own file")
            ),
            .init(
                path + ".sha256",
                "What it must be: 64 lower-case hexadecimal digits. Without it the list at "
                    + "`checksumsURL` decides, and without that the first fetch.",
                pin
            ),
            .init(
                path + ".checksumsURL",
                "Where lines of `HASH  NAME` are published for it; not read when there is a "
                    + "`sha256`.",
                checksums
            ),
        ]
    }

    private static let policies: [PlanField] = [
        .init(
            "policies.parallelism",
            "How many hosts are worked on at once, 1 to 100.",
            .value("10", reason: "spares the server while many hosts join")
        ),
        .init(
            "policies.parallelServers",
            "How many of them may be servers, 1 to 100.",
            .value("1", reason: "a server that fails to join must not take others with it")
        ),
        .init(
            "policies.parallelAgents",
            "How many of them may be agents, 1 to 100.",
            .value("10", reason: "spares the server while many hosts join")
        ),
        .init(
            "policies.attempts",
            "How often a step is tried before it has failed, 1 to 10.",
            .value("3", reason: "networks between clouds stumble")
        ),
        .init(
            "policies.failure",
            "What a step that failed for good means for the others: `pause` lets none begin until "
                + "an operator resumes or cancels the rollout, `continue` goes on with all that do "
                + "not need it, `abort` ends the rollout.",
            .value("pause", reason: "what is half done is best looked at by a person")
        ),
        .init(
            "policies.failedHosts",
            "Under `failure: continue`, after how many failed hosts no further step begins, 1 to "
                + "1000.",
            .nothing
        ),
        .init(
            "policies.timeouts.step",
            "How long one attempt of a step may take, `1s` to `24h`.",
            .value("5m", reason: "long enough for a package manager that waits for its lock")
        ),
        .init(
            "policies.timeouts.download",
            "How long fetching and placing one file may take.",
            .value("15m", reason: "80 MB at 1 Mbit/s")
        ),
        .init(
            "policies.timeouts.k3sReady",
            "From K3s' start until its API answers, or until an agent's node exists.",
            .value("5m", reason: "a small machine's first start takes two minutes")
        ),
        .init(
            "policies.timeouts.nodesReady",
            "Until all nodes are Ready and the mesh has converged.",
            .value("10m", reason: "the first images come over the internet")
        ),
    ]
}
