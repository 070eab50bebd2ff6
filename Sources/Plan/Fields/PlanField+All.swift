extension PlanField {
    /// Every field, in the order of the documentation.
    public static let all: [PlanField] =
        top + hosts + k3s + mesh + dashboard + tunnel
        + artifacts + policies

    private static let top: [PlanField] = [
        .init(
            "$schema",
            .anyText,
            "The schema that editors check the plan against; not read here.",
            .nothing
        ),
        .init(
            "apiVersion",
            .word([ClusterPlan.apiVersion]),
            "`\(ClusterPlan.apiVersion)`.",
            .refused
        ),
        .init("kind", .word([ClusterPlan.kind]), "`\(ClusterPlan.kind)`.", .refused),
        .init(
            "metadata.name",
            .label,
            "The cluster's name: 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter "
                + "or digit. It is part of every certificate.",
            .refused
        ),
    ]

    private static let hosts: [PlanField] = [
        .init(
            "hosts[].id",
            .label,
            "The host's key, which never changes and which its agent enrolled with; written like "
                + "the cluster's name, once in the plan.",
            .refused
        ),
        .init(
            "hosts[].hostname",
            .name(limit: 63),
            "The machine's hostname and the Kubernetes node's name: a lower-case DNS name of at most "
                + "63 bytes, once in the plan.",
            .value("the id", reason: "one name for one machine")
        ),
        .init(
            "hosts[].role",
            .word(HostRole.allCases.map(\.rawValue)),
            "`server` (runs Kubernetes' control plane, and work) or `agent` (runs work). An odd "
                + "number of hosts are servers: one, or several in one region. The first of them in "
                + "the plan begins the cluster, and its agent asks Kubernetes for all others.",
            .refused
        ),
        .init(
            "hosts[].addresses.public",
            .address,
            "The IPv4 address that the other hosts reach it at. Private, CGNAT, loopback, link-local "
                + "and multicast addresses are refused.",
            .refused
        ),
        .init(
            "hosts[].addresses.internal",
            .address,
            "The IPv4 address on one of its interfaces, which Kubernetes calls InternalIP; no other "
                + "host may have it. A host behind NAT must say it.",
            .value("the public address", reason: "right where an interface carries it")
        ),
        .init(
            "hosts[].behindNAT",
            .boolean,
            "Whether others cannot open connections to its public address. The server cannot be.",
            .value("false", reason: "a cloud's public address is open from outside")
        ),
        .init(
            "hosts[].topology.region",
            .text(pattern: "^(?=.)\(FieldShape.labelValue)$"),
            "The label `topology.kubernetes.io/region`.",
            .nothing
        ),
        .init(
            "hosts[].topology.location",
            .text(pattern: "^(?=.)\(FieldShape.labelValue)$"),
            "The annotation `kilo.squat.ai/location`; in a full mesh it shapes nothing.",
            .value("the region", reason: "one name for one place")
        ),
        .init(
            "hosts[].labels.*",
            .text(pattern: "^\(FieldShape.labelValue)$"),
            "Further labels of the node, given when it registers: Kubernetes' syntax, and only keys "
                + "that the kubelet may set.",
            .value("{}", reason: "none but those that follow from other fields")
        ),
        .init(
            "hosts[].taints[]",
            .text(
                pattern:
                    "^\(FieldShape.qualifiedName)(=\(FieldShape.labelValue))?:(NoSchedule|PreferNoSchedule|NoExecute)$"
            ),
            "Taints of the node, given when it registers: `KEY=VALUE:EFFECT` or `KEY:EFFECT` with "
                + "`NoSchedule`, `PreferNoSchedule` or `NoExecute`.",
            .value("[]", reason: "work may run on every host, the server too")
        ),
    ]

    private static let k3s: [PlanField] = [
        .init(
            "k3s.version",
            .text(pattern: "^v[0-9]{1,4}(\\.[0-9]{1,4}){2}\\+k3s[1-9][0-9]{0,2}$"),
            "An exact release, `vX.Y.Z+k3sN`, not before v1.26.2. Channels are refused: what they "
                + "stand for changes.",
            .refused
        ),
        .init(
            "k3s.tlsSANs[]",
            .name(limit: 253),
            "DNS names and IPv4 addresses that the API's certificate is valid for, beside the "
                + "server's public address.",
            .value("[]", reason: "the public address is always in it")
        ),
        .init(
            "k3s.disable[]",
            .word(K3sSettings.components),
            "Components of K3s that are left out: `coredns`, `local-storage`, `metrics-server`, "
                + "`runtimes`, `servicelb`, `traefik`.",
            .value("[traefik, servicelb]", reason: "they would answer on every public address")
        ),
        .init(
            "k3s.clusterCIDR",
            .block(PlanFacts.NetworkUse.pods.prefixes),
            "The pods' addresses, /8 to /24; each host gets a /24 of it.",
            .value("10.42.0.0/16", reason: "K3s' own default; room for 256 hosts")
        ),
        .init(
            "k3s.serviceCIDR",
            .block(PlanFacts.NetworkUse.services.prefixes),
            "The services' addresses, /12 to /24.",
            .value("10.43.0.0/16", reason: "K3s' own default")
        ),
        .init(
            "k3s.secretsEncryption",
            .boolean,
            "Whether Secrets are encrypted in the datastore.",
            .value("true", reason: "K3s cannot turn it on later")
        ),
        .init(
            "k3s.hairpin",
            .word(HairpinHandling.allCases.map(\.rawValue)),
            "What is done where a cloud does not bring a packet for a server's public address back to "
                + "it, so that pods there cannot reach the API: `check` (the server asks itself, and "
                + "its step fails with the remedy) or `interface` (its address is put on the dummy "
                + "interface `isthmus0` before K3s starts).",
            .value("check", reason: "most clouds bring it back")
        ),
        .init(
            "k3s.snapshotRecipient",
            .text(pattern: CertificateText.pattern),
            "Whom the first snapshot and the server token are sealed for: the certificate (PEM) of a "
                + "key of yours, RSA of 2048 bits and more or EC, whose private half belongs on "
                + "no machine of the cluster. Without it no copy is kept.",
            .nothing
        ),
        .init(
            "k3s.config.server.*",
            .option,
            "Further keys of `/etc/rancher/k3s/config.yaml` on the server: a text, a whole number, "
                + "`true`, `false` or a list of texts, as K3s' reference has them. Keys that other "
                + "fields decide, and keys that hold secrets, are refused.",
            .value("{}", reason: "K3s' own defaults")
        ),
        .init(
            "k3s.config.agent.*",
            .option,
            "The same for the agents.",
            .value("{}", reason: "K3s' own defaults")
        ),
    ]

    private static let mesh: [PlanField] = [
        .init(
            "mesh.kind",
            .word([MeshSettings.kind]),
            "`\(MeshSettings.kind)`.",
            .value(MeshSettings.kind, reason: "the only mesh there is")
        ),
        .init(
            "mesh.granularity",
            .word([MeshSettings.granularity]),
            "`\(MeshSettings.granularity)`: every host is a WireGuard peer of every other.",
            .value(MeshSettings.granularity, reason: "the hosts share no network")
        ),
        .init(
            "mesh.kiloVersion",
            .text(pattern: "^[0-9]{1,4}(\\.[0-9]{1,4}){2}$"),
            "A Kilo release, `X.Y.Z`.",
            .value("0.7.0", reason: "the release this one was made with; its files are pinned")
        ),
        .init(
            "mesh.image",
            .text(pattern: "^[a-z0-9][a-z0-9.:@/_-]{0,254}$"),
            "Kilo's image, where it comes from a registry of your own: "
                + "`registry.example.org/kilo:0.7.0`, or with a digest.",
            .nothing
        ),
        .init(
            "mesh.port",
            .integer(1...65535),
            "WireGuard's UDP port, 1 to 65535; open between all hosts.",
            .value("51820", reason: "WireGuard's usual port")
        ),
        .init(
            "mesh.subnet",
            .block(PlanFacts.NetworkUse.mesh.prefixes),
            "WireGuard's addresses, /8 to /30.",
            .value("10.4.0.0/16", reason: "Kilo's own default")
        ),
        .init(
            "mesh.mtu",
            .integer(1280...8920),
            "Bytes that a packet inside the mesh may have, 1280 to 8920: the smallest MTU between "
                + "two hosts less 80. Kilo's own guess takes a cloud's jumbo frames for the "
                + "internet's. `measure` is not carried out by this release and refused.",
            .value("1420", reason: "fits the internet's usual 1500")
        ),
        .init(
            "mesh.natKeepalive",
            .integer(1...300, or: "auto"),
            "Seconds between keepalives of hosts behind NAT, 1 to 300, or `auto`, which is the "
                + "default. The others send none, for their peers would prefer a discovered address "
                + "to the plan's.",
            .value("25", reason: "gateways forget silent UDP flows after 30 seconds and more")
        ),
    ]
}
