/// What Kubernetes and its networks leave on a machine.
enum ClusterRemains {
    /// K3s' own folder is not among them as a whole: a rollout, or a person, may have put images into it
    /// for a K3s that is yet to come.
    private static let folders = [
        "/etc/rancher/k3s", "/var/lib/rancher/k3s/data", "/var/lib/rancher/k3s/server",
        "/var/lib/rancher/rke2", "/etc/kubernetes", "/var/lib/kubelet",
        "/etc/cni/net.d", "/var/lib/k0s", "/var/snap/microk8s",
    ]
    private static let interfaces: Set<String> = [
        "cali0", "cilium_host", "cni0", "flannel.1", "kilo0", "kube-bridge", "vxlan.calico",
        "weave",
    ]

    /// Folders that hold anything, and interfaces among those that there are.
    ///
    /// - Parameters:
    ///   - interfaces: Those that there are.
    ///   - root: Where the machine's file system is.
    /// - Returns: Paths, and `interface NAME`.
    static func found(among interfaces: [String], in root: String = "") -> [String] {
        folders.filter { !DirectoryNames.all(in: root + $0).isEmpty }
            + interfaces.filter(Self.interfaces.contains).map { "interface \($0)" }
    }
}
