/// Keys that K3s' configuration may have: the flags of `k3s server` and `k3s agent` without their
/// dashes. K3s does not start with any other. Source: K3s' command line reference, release 1.34.
enum K3sFlags {
    /// What this project writes into the file itself.
    static let own: Set<String> = [
        "server", "token-file", "cluster-init", "node-name", "node-ip", "node-external-ip",
        "advertise-address", "tls-san", "flannel-backend", "disable", "cluster-cidr",
        "service-cidr", "secrets-encryption", "write-kubeconfig-mode", "agent-token-file",
        "node-label", "node-taint",
    ]

    /// What the server and the agents know beside it.
    static let common: Set<String> = [
        "alsologtostderr", "bind-address", "container-runtime-endpoint", "debug",
        "default-runtime", "disable-apiserver-lb", "disable-default-registry-endpoint",
        "enable-pprof", "image-credential-provider-bin-dir", "image-credential-provider-config",
        "image-service-endpoint", "kube-proxy-arg", "kubelet-arg", "lb-server-port", "log",
        "node-external-dns", "node-internal-dns", "nonroot-devices", "pause-image",
        "prefer-bundled-bin", "private-registry", "protect-kernel-defaults", "resolv-conf",
        "selinux", "snapshotter", "v", "vmodule", "with-node-id",
    ]

    /// What the server alone knows.
    static let server: Set<String> = [
        "advertise-port", "cluster-dns", "cluster-domain", "default-local-storage-path",
        "disable-cloud-controller", "disable-helm-controller", "disable-kube-proxy",
        "disable-network-policy", "disable-scheduler", "egress-selector-mode",
        "embedded-registry", "etcd-arg", "etcd-disable-snapshots", "etcd-expose-metrics",
        "etcd-snapshot-compress", "etcd-snapshot-dir", "etcd-snapshot-name",
        "etcd-snapshot-retention", "etcd-snapshot-schedule-cron", "helm-job-image",
        "https-listen-port", "kube-apiserver-arg", "kube-cloud-controller-manager-arg",
        "kube-controller-manager-arg", "kube-scheduler-arg", "service-node-port-range",
        "servicelb-namespace", "supervisor-metrics", "tls-san-security",
        "write-kubeconfig-group",
    ]
}
