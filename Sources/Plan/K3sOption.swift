/// What a key of K3s' configuration is set to.
public enum K3sOption: Sendable, Equatable, Codable {
    /// `true` or `false`.
    case flag(Bool)
    /// A whole number.
    case number(Int64)
    /// A text.
    case text(String)
    /// Texts, for keys that may be given more than once.
    case list([String])

    /// Checks that a plan may set the key.
    public static func checkKey(_ key: String) throws(PlanComplaint) {
        if let field = decided[key] {
            throw PlanComplaint(
                "The plan decides \"\(key)\" elsewhere.",
                advice: "Remove it here; \(field)."
            )
        }
        guard !SecretWords.areIn(key) else {
            throw PlanComplaint(
                .secret,
                "\(Quotation.of(key)) sounds like a secret, and a plan holds none.",
                advice: "Remove it, and change the secret if this file has been shared. Tokens "
                    + "between the hosts are made and handed over by the coordinator."
            )
        }
        let isSpelled =
            key.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } == true
            && RFC1123.isLabel(key)
        guard isSpelled else {
            throw PlanComplaint(
                "\(Quotation.of(key)) is not a key of K3s' configuration.",
                advice: "Write the flag without its dashes, as \"kubelet-arg\"."
            )
        }
    }

    /// Keys that Isthmus writes itself or that would take a host out of its hands, and who decides.
    private static let decided: [String: String] = {
        let coordinator = "the coordinator sets it so that hosts of several clouds find each other"
        let place = "what an agent may look at and change is at K3s' own places"
        return [
            "advertise-address": "it is the server's addresses.public",
            "cluster-cidr": "write k3s.clusterCIDR",
            "cluster-init": coordinator, "cluster-reset": coordinator,
            "config": place, "data-dir": place,
            "datastore-endpoint": "this release knows K3s' own datastore alone",
            "disable": "write k3s.disable",
            "disable-agent": coordinator,
            "flannel-backend": "Kilo is the network",
            "node-external-ip": "it is the host's addresses.public",
            "node-ip": "it is the host's addresses.internal",
            "node-label": "write labels in the host",
            "node-name": "it is the host's hostname",
            "node-taint": "write taints in the host",
            "rootless": place,
            "secrets-encryption": "write k3s.secretsEncryption",
            "server": coordinator,
            "service-cidr": "write k3s.serviceCIDR",
            "tls-san": "write k3s.tlsSANs",
            "write-kubeconfig": place,
            "write-kubeconfig-mode": "nobody but root reads it",
        ]
    }()

    /// The pattern of keys that `checkKey` looks at further.
    public static let keyPattern = "^[a-z][a-z0-9-]{0,62}$"
}
