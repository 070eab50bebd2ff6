/// Where K3s and what belongs to it live on a machine.
enum K3sFiles {
    /// The binary, which the install script looks for here.
    static let binary = "/usr/local/bin/k3s"
    /// The install script, kept so that it can be run again as it was.
    static let installScript = "/usr/local/lib/isthmus/k3s-install.sh"
    /// All configuration; nothing goes into the unit's arguments.
    static let configuration = "/etc/rancher/k3s/config.yaml"
    /// The password that agents could join with; apart from the server's, which is the admin's.
    static let agentToken = "/etc/rancher/k3s/agent-token"
    /// The token that this machine joined with.
    static let joinToken = "/etc/rancher/k3s/join-token"
    /// Exists once this machine has joined a cluster.
    static let kubeletKey = "/var/lib/rancher/k3s/agent/client-kubelet.key"
    /// What the running K3s was started with.
    static let stamp = "/var/lib/isthmus-agent/k3s-started"

    /// What a secret file shows instead of its content.
    static let masked = "<redacted>\n"
    /// The comment at the head of configuration files.
    static let comment = "Written by isthmus from the cluster's plan; edit the plan instead."
}
