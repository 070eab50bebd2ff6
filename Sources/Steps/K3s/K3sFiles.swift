import Plan

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
    /// The server token, as a further server was handed it; K3s keeps it in the clear itself, too.
    static let serverJoinToken = "/etc/rancher/k3s/server-token"
    /// What the server token was sealed for, until the machine has joined.
    static let serverJoinKey = "/var/lib/isthmus-agent/server-join.key"
    /// Exists once this machine has joined a cluster.
    static let kubeletKey = "/var/lib/rancher/k3s/agent/client-kubelet.key"
    /// The administrator's credential, for the machine itself.
    static let kubeconfig = "/etc/rancher/k3s/k3s.yaml"
    /// What further servers join with: the cluster's whole power, and the key of its snapshots.
    static let serverToken = "/var/lib/rancher/k3s/server/token"
    /// Where snapshots lie unless the configuration says otherwise.
    static let snapshots = "/var/lib/rancher/k3s/server/db/snapshots"
    /// Container images that K3s takes when it starts, instead of asking registries.
    static func images(for architecture: Architecture) -> String {
        "/var/lib/rancher/k3s/agent/images/k3s-airgap-images-\(architecture.rawValue).tar.zst"
    }
    /// What the running K3s was started with.
    static let stamp = "/var/lib/isthmus-agent/k3s-started"

    /// What a secret file shows instead of its content.
    static let masked = "<redacted>\n"
    /// The comment at the head of configuration files.
    static let comment = "Written by isthmus from the cluster's plan; edit the plan instead."
}
