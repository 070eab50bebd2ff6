import Plan

/// Deletes a tunnel from its account, once nothing in the cluster uses it.
struct TunnelRemoval: Sendable {
    /// Where the token is read.
    let secrets: PlanSecrets
    /// Who asks.
    var web: any WebClient = CurlClient()
    /// Waits between two tries.
    var pause: @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(5)) }

    /// How often it is tried: a connector that has just ended counts for a minute still.
    private static let tries = 18

    /// Deletes it.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: Why it is there still.
    func run(_ tunnel: TunnelSettings) async throws(AccessProblem) -> Bool {
        let token = try secrets.read(tunnel.apiToken, for: "tunnel.apiToken")
        let api = CloudflareAPI(base: tunnel.apiURL, token: token, web: web)
        var words = ""
        for attempt in 1...Self.tries {
            do throws(CloudflareAPI.Failure) {
                guard let found = try await api.tunnel(named: tunnel.name, in: tunnel.accountID)
                else { return attempt > 1 }
                try await api.delete("/accounts/\(tunnel.accountID)/cfd_tunnel/\(found.id)")
                return true
            } catch {
                words = error.words
                if case .denied = error { break }
            }
            if attempt < Self.tries { await pause() }
        }
        throw AccessProblem(
            "the cluster publishes nothing any more, but the tunnel \"\(tunnel.name)\" is in the "
                + "account still: \(words)",
            advice: "Type the command again in some minutes, or delete the tunnel by hand: "
                + "one.dash.cloudflare.com, Networks, Tunnels."
        )
    }
}
