import Document
import Plan

/// Kubernetes' settings, as far as they could be read.
struct K3sDraft {
    /// The settings, if nothing in them is wrong.
    let settings: K3sSettings?
    /// The release, even if something else is wrong.
    let version: String?
    /// The blocks of addresses that could be read.
    let networks: [PlanFacts.Network]

    init(_ reader: ObjectReader) {
        let standard = K3sSettings(version: "")
        let version = reader.required("version") { node throws(PlanComplaint) in
            let text = try Reading.text(node)
            _ = try K3sVersion(parsing: text)
            return text
        }
        let names = reader.texts("tlsSANs", default: standard.tlsSANs, Self.name)
        let disable = reader.texts("disable", default: standard.disable) {
            text throws(PlanComplaint) in
            guard K3sSettings.components.contains(text) else {
                throw Reading.unknownWord(text, K3sSettings.components)
            }
            return text
        }
        let pods = NetworkDraft(reader, "clusterCIDR", .pods, standard.clusterCIDR)
        let services = NetworkDraft(reader, "serviceCIDR", .services, standard.serviceCIDR)
        let encryption = reader.optional(
            "secretsEncryption",
            default: standard.secretsEncryption,
            Reading.boolean
        )
        let hairpin = reader.optional(
            "hairpin",
            default: standard.hairpin.rawValue,
            Reading.word(HairpinHandling.allCases.map(\.rawValue))
        )
        let recipient = reader.optional("snapshotRecipient", default: .some(nil), Self.certificate)
        let config = reader.object("config")
        let serverConfig = Self.options(config, "server")
        let agentConfig = Self.options(config, "agent")
        self.version = version
        networks = [pods.network, services.network].compactMap(\.self)
        guard let version, let names, let disable, let pods = pods.network,
            let services = services.network, let encryption, let recipient,
            let hairpin = hairpin.flatMap(HairpinHandling.init), let serverConfig, let agentConfig
        else {
            settings = nil
            return
        }
        settings = K3sSettings(
            version: version,
            tlsSANs: names,
            disable: disable,
            clusterCIDR: pods.block.description,
            serviceCIDR: services.block.description,
            secretsEncryption: encryption,
            hairpin: hairpin,
            snapshotRecipient: recipient,
            serverConfig: serverConfig,
            agentConfig: agentConfig
        )
    }

    private static func options(_ reader: ObjectReader, _ key: String) -> [String: K3sOption]? {
        reader.dictionary(key, checkKey: K3sOption.checkKey) { node throws(PlanComplaint) in
            switch node.content {
            case .boolean(let flag): return .flag(flag)
            case .string(let text): return .text(text)
            case .number(let digits):
                if let number = Int64(digits) { return .number(number) }
            case .list(let nodes):
                var texts: [String] = []
                for node in nodes { texts.append(try Reading.text(node)) }
                return .list(texts)
            case .null, .object: break
            }
            throw Reading.mismatch(node, expected: "a text, a whole number, true, false or a list")
        }
    }

    private static func certificate(_ node: DocumentNode) throws(PlanComplaint) -> String? {
        try CertificateText.normalized(try Reading.text(node))
    }

    private static func name(_ text: String) throws(PlanComplaint) -> String {
        guard RFC1123.isName(text) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is neither a DNS name nor an IPv4 address.",
                advice: "Write it in lower case, without scheme and port, as \"k8s.example.org\"."
            )
        }
        return text
    }
}

/// The mesh's settings, as far as they could be read.
struct MeshDraft {
    /// The settings, if nothing in them is wrong.
    let settings: MeshSettings?
    /// Kilo's release, even if something else is wrong.
    let kiloVersion: String?
    /// The block of addresses, if it could be read.
    let networks: [PlanFacts.Network]

    init(_ reader: ObjectReader) {
        let standard = MeshSettings()
        let kind = reader.optional("kind", default: "", Reading.word([MeshSettings.kind]))
        let granularity = reader.optional(
            "granularity",
            default: "",
            Reading.word([MeshSettings.granularity])
        )
        let kiloVersion = reader.optional("kiloVersion", default: standard.kiloVersion) {
            node throws(PlanComplaint) in
            let text = try Reading.text(node)
            try KiloVersion.check(text)
            return text
        }
        let port = reader.optional("port", default: standard.port, Reading.integer(1...65535))
        let image = reader.optional("image", default: .some(nil)) {
            node throws(PlanComplaint) in try Self.image(node)
        }
        let subnet = NetworkDraft(reader, "subnet", .mesh, standard.subnet)
        let mtu = reader.optional("mtu", default: standard.mtu, Self.mtu)
        let keepalive = reader.optional("natKeepalive", default: standard.natKeepalive) {
            node throws(PlanComplaint) in
            if case .string("auto") = node.content { return standard.natKeepalive }
            return try Reading.integer(1...300)(node)
        }
        self.kiloVersion = kiloVersion
        networks = [subnet.network].compactMap(\.self)
        guard kind != nil, granularity != nil, let kiloVersion, let image, let port,
            let subnet = subnet.network, let mtu, let keepalive
        else {
            settings = nil
            return
        }
        settings = MeshSettings(
            kiloVersion: kiloVersion,
            image: image,
            port: port,
            subnet: subnet.block.description,
            mtu: mtu,
            natKeepalive: keepalive
        )
    }

    private static func image(_ node: DocumentNode) throws(PlanComplaint) -> String? {
        let text = try Reading.text(node)
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789.:@/_-".utf8
        let isBegun = text.first.map { $0.isLetter || $0.isNumber } ?? false
        guard isBegun, text.utf8.count <= 255, text.utf8.allSatisfy(letters.contains) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not the name of an image.",
                advice: "Write it with its registry and a tag, without a scheme, as "
                    + "\"registry.example.org/kilo:0.7.0\"."
            )
        }
        return text
    }

    private static func mtu(_ node: DocumentNode) throws(PlanComplaint) -> Int {
        if case .string(let word) = node.content, ["measure", "auto"].contains(word) {
            throw PlanComplaint(
                .unsupported,
                "\"\(word)\" is not carried out by this release.",
                advice: "Packets that do not fit are lost without a word, so nothing is guessed. "
                    + "Write a number: the smallest MTU between two hosts less 80, which is "
                    + "1420 on the internet."
            )
        }
        return try Reading.integer(1280...8920)(node)
    }
}

/// A block of addresses, if it could be read.
struct NetworkDraft {
    let network: PlanFacts.Network?

    init(_ reader: ObjectReader, _ key: String, _ use: PlanFacts.NetworkUse, _ standard: String) {
        let text = DocumentNode(position: .start, content: .string(standard))
        let read = { (node: DocumentNode) throws(PlanComplaint) in
            try IPv4Network(parsing: try Reading.text(node), prefixes: use.prefixes)
        }
        let block =
            reader.has(key)
            ? reader.required(key, read) : reader.convert(text, at: use.pointer, read)
        network = block.map { PlanFacts.Network(use, $0, isStated: reader.has(key)) }
    }
}
