import Document
import Plan

/// One host, as far as it could be read.
struct HostDraft {
    /// The host, if nothing in it is wrong.
    let host: PlannedHost?
    /// What rules across the plan compare.
    let facts: PlanFacts.Host

    init(_ reader: ObjectReader) {
        let id = reader.required("id", Names.hostID)
        let hostname = reader.optional("hostname", default: id?.description, Names.hostname)
        let role = reader.required("role", Self.role)
        let addresses = reader.object("addresses", isRequired: true)
        let publicAddress = addresses.required("public", Self.publicAddress)
        let internalAddress = addresses.optional(
            "internal",
            default: publicAddress,
            Self.internalAddress
        )
        let behindNAT = reader.optional("behindNAT", default: false, Reading.boolean)
        let topology = reader.object("topology")
        let region = topology.optional("region", default: .some(nil), Self.place)
        let location = topology.optional("location", default: region, Self.place)
        facts = PlanFacts.Host(
            id: id,
            hostname: hostname,
            role: role,
            publicAddress: publicAddress,
            internalAddress: internalAddress,
            behindNAT: behindNAT,
            region: region ?? nil
        )

        let labels = reader.dictionary(
            "labels",
            checkKey: KubernetesSyntax.labelKey,
            Self.labelValue
        )
        let taints = reader.texts("taints", default: [], KubernetesSyntax.taint)
        guard let id, let hostname, let role, let publicAddress, let internalAddress,
            let behindNAT, let region, let location, let labels, let taints
        else {
            host = nil
            return
        }
        host = PlannedHost(
            id: id,
            hostname: hostname,
            role: role,
            publicAddress: publicAddress.description,
            internalAddress: internalAddress.description,
            behindNAT: behindNAT,
            region: region,
            location: location,
            labels: labels,
            taints: taints
        )
    }

    private static func role(_ node: DocumentNode) throws(PlanComplaint) -> HostRole {
        let text = try Reading.text(node)
        if let role = HostRole(rawValue: text) { return role }
        let server = ["master", "control-plane", "controlplane", "controller"]
        let agent = ["worker", "node", "minion"]
        let meant: HostRole? =
            server.contains(text.lowercased())
            ? .server : agent.contains(text.lowercased()) ? .agent : nil
        guard let meant else {
            throw Reading.unknownWord(text, HostRole.allCases.map(\.rawValue))
        }
        throw PlanComplaint(
            "\(Quotation.of(text)) is not a role.",
            advice: "K3s calls it \"\(meant.rawValue)\"."
        )
    }

    private static func publicAddress(_ node: DocumentNode) throws(PlanComplaint) -> IPv4Address {
        let address = try IPv4Address(parsing: try Reading.text(node))
        if let kind = address.specialKind {
            throw PlanComplaint(
                "\(address) is \(kind).",
                advice: "Write the address that the other clouds reach the host at; one on an "
                    + "interface of the host is \"internal\"."
            )
        }
        return address
    }

    private static func internalAddress(_ node: DocumentNode) throws(PlanComplaint) -> IPv4Address {
        let address = try IPv4Address(parsing: try Reading.text(node))
        if let kind = address.unusableKind {
            throw PlanComplaint(
                "\(address) is \(kind).",
                advice: "Write the address of an interface that `ip -4 address` shows on the host."
            )
        }
        return address
    }

    private static func place(_ node: DocumentNode) throws(PlanComplaint) -> String? {
        let text = try labelValue(node)
        guard !text.isEmpty else {
            throw PlanComplaint("The text is empty.", advice: "Leave the key out, or name a place.")
        }
        return text
    }

    private static func labelValue(_ node: DocumentNode) throws(PlanComplaint) -> String {
        let text = try Reading.text(node)
        try KubernetesSyntax.labelValue(text)
        return text
    }
}
