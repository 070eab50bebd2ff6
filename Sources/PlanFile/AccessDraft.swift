import Document
import Plan

/// The dashboard and the tunnel, as far as they could be read.
enum AccessDraft {
    /// The dashboard; nothing where something in it is wrong.
    static func dashboard(_ reader: ObjectReader) -> DashboardSettings? {
        let provider = reader.optional(
            "provider",
            default: DashboardSettings().provider,
            Self.provider
        )
        let chart = chart(of: reader)
        let password = SecretDraft.read(
            reader,
            "adminPassword",
            isRequired: provider == .kubesphere
        )
        if provider == .absent {
            for key in ["chart", "adminPassword"] where reader.has(key) {
                reader.note(
                    at: key,
                    PlanComplaint(
                        .conflict,
                        "\"\(key)\" says nothing where there is no dashboard.",
                        advice: "Leave it out, or write \"provider\": \"headlamp\" beside it."
                    )
                )
            }
        }
        if provider == .kubesphere, !reader.has("chart") {
            reader.note(
                PlanComplaint(
                    .missing,
                    "KubeSphere needs a \"chart\".",
                    advice: "Its open-source edition was withdrawn: add \"chart\": {\"url\": …, "
                        + "\"sha256\": …} of one that you have, or choose \"headlamp\"."
                )
            )
            return nil
        }
        guard let provider, let chart, let password else { return nil }
        return DashboardSettings(provider: provider, chart: chart, adminPassword: password)
    }

    private static func chart(of dashboard: ObjectReader) -> ArtifactReference?? {
        guard dashboard.has("chart") else { return .some(nil) }
        let reader = dashboard.object("chart")
        let url = reader.required("url", ArtifactsDraft.address)
        let sha256 = reader.optional("sha256", default: .some(nil), ArtifactsDraft.checksum)
        guard let url, let sha256, ArtifactsDraft.isSafe(url, sha256, reader) else { return nil }
        return .some(ArtifactReference(url: url, sha256: sha256))
    }

    private static func provider(
        _ node: DocumentNode
    ) throws(PlanComplaint) -> DashboardProvider {
        let text = try Reading.text(node)
        guard let provider = DashboardProvider(rawValue: text) else {
            throw Reading.unknownWord(text, DashboardProvider.allCases.map(\.rawValue))
        }
        return provider
    }

    // MARK: Tunnel

    /// The tunnel, which may be none; nothing where something in it is wrong.
    static func tunnel(
        _ root: ObjectReader,
        cluster: String?,
        dashboard: DashboardSettings?
    ) -> TunnelSettings?? {
        guard root.has("tunnel") else { return .some(nil) }
        let reader = root.object("tunnel")
        let provider = reader.optional(
            "provider",
            default: "",
            Reading.word([TunnelSettings.provider])
        )
        let account = reader.required("accountID", Self.account)
        let name = reader.optional("name", default: cluster, Names.label)
        let token = SecretDraft.read(reader, "apiToken", isRequired: true)
        let address = reader.optional("apiURL", default: TunnelSettings.cloudflareAPI, apiAddress)
        let hostname = reader.optional("hostname", default: .some(nil)) {
            node throws(PlanComplaint) in try publicName(node)
        }
        let services = services(of: reader, beside: hostname ?? nil)
        checkUse(of: reader, dashboard)
        guard provider != nil, let account, let name, let token = token ?? nil, let address,
            let hostname, let services
        else { return nil }
        return .some(
            TunnelSettings(
                accountID: account,
                name: name,
                apiToken: token,
                apiURL: address,
                hostname: hostname,
                services: services
            )
        )
    }

    private static func services(
        of tunnel: ObjectReader,
        beside hostname: String?
    ) -> [PublishedService]? {
        let standard = PublishedService(hostname: "", service: "")
        var taken = Set([hostname].compactMap(\.self))
        let readers = tunnel.objects("services", isRequired: false)
        let services = readers.compactMap { reader -> PublishedService? in
            let hostname = reader.required("hostname") { node throws(PlanComplaint) in
                let name = try publicName(node) ?? ""
                guard taken.insert(name).inserted else {
                    throw PlanComplaint(
                        .conflict,
                        "\(Quotation.of(name)) is published twice.",
                        advice: "A name leads to one service: give each its own."
                    )
                }
                return name
            }
            let namespace = reader.optional("namespace", default: standard.namespace, Names.label)
            let service = reader.required("service", Names.label)
            let port = reader.optional(
                "port",
                default: standard.port,
                Reading.integer(1...65535)
            )
            guard let hostname, let namespace, let service, let port else { return nil }
            return PublishedService(
                hostname: hostname,
                namespace: namespace,
                service: service,
                port: port
            )
        }
        let isWhole =
            services.count == readers.count && (!tunnel.has("services") || !readers.isEmpty)
        return isWhole ? services : nil
    }

    /// A tunnel publishes something, and a dashboard only where there is one.
    private static func checkUse(of tunnel: ObjectReader, _ dashboard: DashboardSettings?) {
        if tunnel.has("hostname"), dashboard?.provider == .absent {
            tunnel.note(
                at: "hostname",
                PlanComplaint(
                    .conflict,
                    "There is no dashboard to publish at this name.",
                    advice: "Choose one with \"dashboard\": {\"provider\": \"headlamp\"}, or name "
                        + "what shall be published in \"services\"."
                )
            )
        }
        if !tunnel.has("hostname"), !tunnel.has("services") {
            tunnel.note(
                PlanComplaint(
                    .missing,
                    "The tunnel publishes nothing.",
                    advice: "Add \"hostname\" for the dashboard, or \"services\", or leave "
                        + "\"tunnel\" out."
                )
            )
        }
    }

    private static func account(_ node: DocumentNode) throws(PlanComplaint) -> String {
        let text = try Reading.text(node)
        guard text.utf8.count == 32, text.utf8.allSatisfy("0123456789abcdef".utf8.contains) else {
            throw PlanComplaint(
                "This is not a Cloudflare account's id.",
                advice: "Write its 32 hexadecimal digits in lower case, as the dashboard's address "
                    + "shows them behind dash.cloudflare.com."
            )
        }
        return text
    }

    /// The token goes there, so it has to be encrypted or to stay on this machine.
    private static func apiAddress(_ node: DocumentNode) throws(PlanComplaint) -> String {
        let text = try Reading.text(node)
        let isSafe = text.hasPrefix("https://") || text.hasPrefix("http://127.0.0.1:")
        let isPlain = text.utf8.count <= 2000 && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard isSafe, isPlain, !text.hasSuffix("//") else {
            throw PlanComplaint(
                "This is not an address that the token can be sent to.",
                advice: "Leave it out for Cloudflare's own, or write \"https://HOST/client/v4\"."
            )
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    private static func publicName(_ node: DocumentNode) throws(PlanComplaint) -> String? {
        let text = try Reading.text(node)
        guard RFC1123.isName(text), text.contains("."), text.utf8.count >= 4 else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a DNS name that can be published.",
                advice: "Write it in lower case with its zone, without scheme and path, as "
                    + "\"cluster.example.org\"."
            )
        }
        return text
    }
}
