/// What Kubernetes and its networks leave on a machine.
enum ClusterRemains {
    private static let folders = [
        "/etc/rancher/k3s", "/var/lib/rancher/k3s", "/var/lib/rancher/rke2", "/etc/kubernetes",
        "/var/lib/kubelet", "/etc/cni/net.d", "/var/lib/k0s", "/var/snap/microk8s",
    ]
    private static let interfaces: Set<String> = [
        "cali0", "cilium_host", "cni0", "flannel.1", "kilo0", "kube-bridge", "vxlan.calico",
        "weave",
    ]

    /// Folders that hold anything, and interfaces among those that there are.
    static func found(among interfaces: [String]) -> [String] {
        folders.filter { !DirectoryNames.all(in: $0).isEmpty }
            + interfaces.filter(Self.interfaces.contains).map { "interface \($0)" }
    }
}
