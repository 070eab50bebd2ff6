/// How people reach the cluster from outside: a web page, and a tunnel that publishes it.

/// Who makes the web page for the cluster.
public enum DashboardProvider: String, Sendable, Equatable, CaseIterable {
    /// There is none.
    case absent = "none"
    /// Headlamp, which Kubernetes names the successor of its own dashboard.
    case headlamp
    /// KubeSphere, whose chart the operator must have.
    case kubesphere
}

/// A web page for the cluster.
public struct DashboardSettings: Sendable, Equatable {
    /// Who makes it. Default: Headlamp.
    public var provider: DashboardProvider
    /// The provider's Helm chart.
    public var chart: ArtifactReference?
    /// Where the administrator's password is found.
    public var adminPassword: SecretReference?

    /// Describes the page.
    public init(
        provider: DashboardProvider = .headlamp,
        chart: ArtifactReference? = nil,
        adminPassword: SecretReference? = nil
    ) {
        self.provider = provider
        self.chart = chart
        self.adminPassword = adminPassword
    }
}

/// A tunnel that publishes the cluster's pages without an open port.
public struct TunnelSettings: Sendable, Equatable {
    /// Cloudflare's API, version 4.
    public static let cloudflareAPI = "https://api.cloudflare.com/client/v4"
    /// The only `provider` there is.
    public static let provider = "cloudflare"

    /// The account: 32 lower-case hexadecimal digits.
    public var accountID: String
    /// The tunnel's name in the account. Default: the cluster's name.
    public var name: String
    /// Where the API token is found.
    public var apiToken: SecretReference
    /// Where the coordinator asks Cloudflare's API. Default: Cloudflare's own.
    public var apiURL: String
    /// The DNS name that the dashboard is published at.
    public var hostname: String?
    /// What else is published.
    public var services: [PublishedService]

    /// Describes a tunnel.
    public init(
        accountID: String,
        name: String,
        apiToken: SecretReference,
        apiURL: String = Self.cloudflareAPI,
        hostname: String? = nil,
        services: [PublishedService] = []
    ) {
        self.accountID = accountID
        self.name = name
        self.apiToken = apiToken
        self.apiURL = apiURL
        self.hostname = hostname
        self.services = services
    }
}

/// A service of the cluster that a tunnel publishes.
public struct PublishedService: Sendable, Equatable {
    /// The DNS name that it is published at.
    public var hostname: String
    /// Its namespace. Default: `default`.
    public var namespace: String
    /// Its name.
    public var service: String
    /// Its port; 1 to 65535. Default: 80.
    public var port: Int

    /// Names a service.
    public init(hostname: String, namespace: String = "default", service: String, port: Int = 80) {
        self.hostname = hostname
        self.namespace = namespace
        self.service = service
        self.port = port
    }
}

/// Where a secret is found; a plan never holds the secret itself.
public enum SecretReference: Sendable, Equatable {
    /// In an environment variable of the coordinator.
    case environment(String)
    /// In a file of the coordinator.
    case file(String)
    /// Among the coordinator's secrets, under a name.
    case store(String)
}
