import Plan
import Steps

/// What a rollout of a plan's pages needs before it begins.
protocol AccessPreparation: Sendable {
    /// Reads the plan's secrets and asks whether what they open is open. Nothing is changed.
    ///
    /// - Parameters:
    ///   - plan: What is to be rolled out.
    ///   - isOurs: Whether this coordinator has rolled out a tunnel of this name before.
    /// - Returns: The plan's secrets, as outputs for its steps.
    /// - Throws: Everything that stands in the way.
    func prepare(
        _ plan: ClusterPlan,
        isOurs: Bool
    ) async throws(AccessProblems) -> [OutputReference: Secret]
}

/// Reads them where the plan says, and asks Cloudflare.
struct GenuineAccess: AccessPreparation {
    /// Where secrets are read.
    let secrets: PlanSecrets
    /// Who asks.
    var web: any WebClient = CurlClient()

    func prepare(
        _ plan: ClusterPlan,
        isOurs: Bool
    ) async throws(AccessProblems) -> [OutputReference: Secret] {
        guard let tunnel = plan.tunnel else { return [:] }
        let token: Secret
        do {
            token = try secrets.read(tunnel.apiToken, for: "tunnel.apiToken")
        } catch {
            throw AccessProblems(problems: [error])
        }
        let cloudflare = CloudflareAPI(base: tunnel.apiURL, token: token, web: web)
        let check = TunnelCheck(tunnel: tunnel, cloudflare: cloudflare, isOurs: isOurs)
        let problems = await check.problems()
        guard problems.isEmpty else { throw AccessProblems(problems: problems) }
        return [CloudflareTunnel.token: token]
    }
}

/// Makes secrets up, for rehearsals and demonstrations.
struct StandInAccess: AccessPreparation {
    func prepare(
        _ plan: ClusterPlan,
        isOurs: Bool
    ) async throws(AccessProblems) -> [OutputReference: Secret] {
        plan.tunnel == nil ? [:] : [CloudflareTunnel.token: Secret("a-token-that-is-played")]
    }
}
