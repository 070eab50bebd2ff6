public import Plan

/// Makes a token with which a person logs in to Headlamp. Runs on the server. Kubernetes keeps no
/// copy of such a token; it ends by itself, or with the account.
public struct MintDashboardToken: Errand {
    /// `dashboard-token`.
    public static let kind = "dashboard-token"
    /// Seconds that a token may live: Kubernetes' own least, and a week.
    public static let lives: ClosedRange<Int64> = 600...604_800

    /// What the login may do.
    public var rights: DashboardRights
    /// Seconds until the token is worth nothing.
    public var seconds: Int64

    /// Describes a token.
    public init(rights: DashboardRights, seconds: Int64) {
        self.rights = rights
        self.seconds = seconds
    }

    /// The token as text.
    public func run(_ context: StepContext) async throws(StepFailure) -> Secret {
        guard Self.lives.contains(seconds) else {
            throw StepFailure("a login lives ten minutes to seven days", isPermanent: true)
        }
        let arguments = [
            "create", "token", rights.account, "-n", Headlamp.name, "--duration=\(seconds)s",
        ]
        let command = Command(Kubectl.argv(arguments), outputIsSecret: true)
        let result = try await context.run(command)
        guard result.status == 0 else {
            throw StepFailure(
                result,
                of: command,
                remedy: "The account comes with the dashboard: roll out a plan with \"dashboard\": "
                    + "{\"provider\": \"headlamp\"} first."
            )
        }
        let token = result.standardOutput.filter { !$0.isWhitespace }
        guard !token.isEmpty else {
            throw StepFailure("`k3s kubectl create token` printed no token")
        }
        return Secret(token)
    }
}
