/// Labels and taints of Kubernetes nodes, by the rules of Kubernetes' API and of the kubelet.
public enum KubernetesSyntax {
    /// Checks a label's key, and that the kubelet may set it.
    public static func labelKey(_ key: String) throws(PlanComplaint) {
        try qualifiedName(key, what: "label key")
        if key == "topology.kubernetes.io/region" {
            throw PlanComplaint(
                "The host's topology sets this label.",
                advice: "Remove this label and write \"topology\": {\"region\": …} in the host."
            )
        }
        if key == "kubernetes.io/hostname" {
            throw PlanComplaint(
                "The kubelet sets this label itself.",
                advice: "Remove it; \"hostname\" in the host says what it becomes."
            )
        }
        guard !isRefusedByKubelet(key) else {
            throw PlanComplaint(
                "The kubelet refuses to start with the label \(key).",
                advice: "Of kubernetes.io and k8s.io it may set little more than "
                    + "node.kubernetes.io/… and topology.kubernetes.io/…: "
                    + "choose a prefix of your own, as \"example.org/pool\"."
            )
        }
    }

    /// Checks a label's value: at most 63 bytes.
    public static func labelValue(_ value: String) throws(PlanComplaint) {
        guard value.isEmpty || isName(value) else {
            throw PlanComplaint(
                "\(Quotation.of(value)) is not a label value.",
                advice: "Write at most 63 letters, digits, \"-\", \"_\" and \".\", "
                    + "beginning and ending with a letter or digit."
            )
        }
    }

    /// Checks `KEY:EFFECT` or `KEY=VALUE:EFFECT`, and answers what must be unique among a node's
    /// taints: the key together with the effect.
    public static func taint(_ text: String) throws(PlanComplaint) -> String {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2, let subject = halves.first, let effect = halves.last else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a taint.",
                advice: "Write KEY=VALUE:EFFECT, as \"dedicated=database:NoSchedule\"."
            )
        }
        guard taintEffects.contains(String(effect)) else {
            throw PlanComplaint(
                "\(Quotation.of(effect)) is not a taint's effect.",
                advice: "Write one of " + taintEffects.joined(separator: ", ") + " after the \":\"."
            )
        }
        let parts = subject.split(
            separator: "=",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let key = parts.first.map(String.init) ?? ""
        try qualifiedName(key, what: "taint key")
        if parts.count == 2, let value = parts.last { try labelValue(String(value)) }
        return "\(key):\(effect)"
    }

    /// What a taint may do.
    public static let taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

    /// `NAME` or `PREFIX/NAME`: a DNS name before the slash, at most 63 bytes behind it.
    private static func qualifiedName(_ text: String, what: String) throws(PlanComplaint) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, isName(name), parts.count <= 2 else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a \(what).",
                advice: "Write at most 63 letters, digits, \"-\", \"_\" and \".\", beginning and "
                    + "ending with a letter or digit; a DNS name and \"/\" may stand before it."
            )
        }
        guard let prefix = parts.first, parts.count == 1 || RFC1123.isName(prefix) else {
            throw PlanComplaint(
                "What stands before the \"/\" of \(Quotation.of(text)) is not a DNS name.",
                advice:
                    "Write lower-case letters, digits, \"-\" and \".\", as \"example.org/pool\"."
            )
        }
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last,
            isAlphanumeric(first), isAlphanumeric(last)
        else { return false }
        return bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            false
        }
    }

    /// Whether the kubelet counts the key among Kubernetes' own and not among those that a node
    /// may give itself. Source: the kubelet's check of `--node-labels`.
    private static func isRefusedByKubelet(_ key: String) -> Bool {
        let parts = key.split(separator: "/")
        guard parts.count == 2, let domain = parts.first else { return false }
        func isWithin(_ parent: String) -> Bool {
            domain == parent || domain.hasSuffix("." + parent)
        }
        guard isWithin("kubernetes.io") || isWithin("k8s.io") else { return false }
        guard !isWithin("kubelet.kubernetes.io"), !isWithin("node.kubernetes.io") else {
            return false
        }
        return !grantedLabels.contains(key)
    }

    private static let grantedLabels: Set<String> = [
        "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/arch",
        "beta.kubernetes.io/os", "beta.kubernetes.io/instance-type",
        "failure-domain.beta.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
        "topology.kubernetes.io/zone",
    ]
}
