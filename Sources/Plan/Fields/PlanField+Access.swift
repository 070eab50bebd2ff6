extension PlanField {
    static let dashboard: [PlanField] =
        [
            .init(
                "dashboard.provider",
                .word(DashboardProvider.allCases.map(\.rawValue)),
                "The web page for the cluster: `headlamp`, `kubesphere` or `none`.",
                .value("headlamp", reason: "Kubernetes names it the successor of its own")
            ),
            .init(
                "dashboard.chart.url",
                .url,
                "Where the coordinator gets the provider's Helm chart; KubeSphere's own was "
                    + "withdrawn, so `kubesphere` needs it.",
                .nothing
            ),
            .init(
                "dashboard.chart.sha256",
                .sha256,
                "What it must be: 64 lower-case hexadecimal digits.",
                .nothing
            ),
        ]
        + secret(
            "dashboard.adminPassword",
            "the administrator's password; `kubesphere` needs it, for its own default is known to "
                + "everybody"
        )

    static let tunnel: [PlanField] =
        [
            .init(
                "tunnel.provider",
                .word([TunnelSettings.provider]),
                "`\(TunnelSettings.provider)`. With `tunnel` the cluster's pages are published "
                    + "without an open port.",
                .value(TunnelSettings.provider, reason: "the only provider there is")
            ),
            .init(
                "tunnel.accountID",
                .text(pattern: "^[0-9a-f]{32}$"),
                "The Cloudflare account: 32 lower-case hexadecimal digits.",
                .refused
            ),
            .init(
                "tunnel.name",
                .label,
                "The tunnel's name in the account, written like the cluster's; one cluster has it.",
                .value("the cluster's name", reason: "one tunnel for one cluster")
            ),
        ]
        + secret(
            "tunnel.apiToken",
            "the API token, which may read the zone, edit its DNS and edit the account's tunnels"
        ) + [
            .init(
                "tunnel.apiURL",
                .text(pattern: apiAddress),
                "Where the coordinator asks Cloudflare's API: `https://…`, or `http://127.0.0.1:…` "
                    + "for a stand-in. The controller in the cluster always asks Cloudflare's own.",
                .value(TunnelSettings.cloudflareAPI, reason: "Cloudflare's own")
            ),
            .init(
                "tunnel.hostname",
                .text(pattern: publicName),
                "The DNS name that the dashboard is published at, in a zone of the account.",
                .nothing
            ),
            .init(
                "tunnel.services[].hostname",
                .text(pattern: publicName),
                "The DNS name that a service of the cluster is published at; once in the plan.",
                .refused
            ),
            .init(
                "tunnel.services[].namespace",
                .label,
                "The service's namespace.",
                .value("default", reason: "Kubernetes' own default")
            ),
            .init(
                "tunnel.services[].service",
                .label,
                "The service's name.",
                .refused
            ),
            .init(
                "tunnel.services[].port",
                .integer(1...65535),
                "The service's port, 1 to 65535.",
                .value("80", reason: "HTTP's own")
            ),
        ]

    /// The beginning of an API's addresses.
    private static let apiAddress = "^(https://|http://127\\.0\\.0\\.1:)[!-~]{1,2000}$"

    /// A DNS name of at least two labels.
    private static let publicName =
        "^(?=.{4,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
        + "(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$"

    /// The three ways to name a secret.
    private static func secret(_ path: String, _ what: String) -> [PlanField] {
        [
            .init(
                path + ".env",
                .text(pattern: "^[A-Z_][A-Z0-9_]{0,127}$"),
                "The coordinator's environment variable that holds \(what). One of `env`, `file` "
                    + "and `store` stands alone; the secret itself is refused.",
                .nothing
            ),
            .init(
                path + ".file",
                .text(pattern: "^/[^\\u0000-\\u001f]{1,4094}$"),
                "The coordinator's file that holds it: a whole path.",
                .nothing
            ),
            .init(
                path + ".store",
                .label,
                "Its name among the coordinator's secrets.",
                .nothing
            ),
        ]
    }

    /// Objects that name a secret: exactly one of their fields is there.
    public static let secrets: Set<String> = ["dashboard.adminPassword", "tunnel.apiToken"]
}
