import Plan

/// Asks Cloudflare whether a plan's tunnel can be made, before anything begins. Nothing is changed:
/// whether a token may write is found out by asking to delete what cannot exist, which answers 404
/// to who may and 403 to who may not.
struct TunnelCheck: Sendable {
    /// What is to be made.
    let tunnel: TunnelSettings
    let cloudflare: CloudflareAPI
    /// Whether this coordinator has rolled out a tunnel of this name before.
    let isOurs: Bool

    private typealias Failure = CloudflareAPI.Failure
    private static let tokenPage = "dash.cloudflare.com, My Profile, API Tokens"

    /// Everything that stands in the way, in the order in which it would; none where nothing does.
    func problems() async -> [AccessProblem] {
        // A bad token makes all further answers worthless.
        if let problem = await tokenProblem() { return [problem] }
        let (found, tunnelProblem) = await findTunnel()
        var problems = [tunnelProblem].compactMap(\.self)
        var zones: [String: String] = [:]
        var leadsToIt = false
        for hostname in hostnames {
            do {
                let zone = try await zone(of: hostname)
                if zones.updateValue(zone.name, forKey: zone.id) == nil {
                    problems += await writingProblem(in: zone)
                }
                guard problems.allSatisfy({ !$0.what.contains("DNS:Edit") }) else { continue }
                let records = try await foreignRecords(at: hostname, in: zone, found)
                leadsToIt = leadsToIt || records.leadToIt
                problems += records.problems
            } catch {
                if !problems.contains(error) { problems.append(error) }
            }
        }
        if found != nil, !isOurs, !leadsToIt { problems.append(Self.taken(tunnel.name)) }
        return problems
    }

    private var hostnames: [String] {
        [tunnel.hostname].compactMap(\.self) + tunnel.services.map(\.hostname)
    }

    // MARK: The token

    private func tokenProblem() async -> AccessProblem? {
        // A token belongs to a user or to an account, and each has its own place to ask.
        let places = ["/user/tokens/verify", "/accounts/\(tunnel.accountID)/tokens/verify"]
        var last: AccessProblem?
        for place in places {
            do throws(CloudflareAPI.Failure) {
                let state = try await cloudflare.get(place, as: CloudflareAPI.TokenState.self)
                guard state.status != "active" else { return nil }
                return AccessProblem(
                    "tunnel.apiToken: Cloudflare says that the token is \(state.status)",
                    advice: "Make another one: \(Self.tokenPage)."
                )
            } catch {
                last = tokenProblem(error)
                guard case .denied = error else { return last }
            }
        }
        return last
    }

    private func tokenProblem(_ failure: CloudflareAPI.Failure) -> AccessProblem {
        switch failure {
        case .denied(let words), .notFound(let words):
            AccessProblem(
                "tunnel.apiToken: Cloudflare does not accept the token: \(words)",
                advice:
                    "Compare it with the one that was made, as a whole and without quotes; if it "
                    + "is lost, make another: \(Self.tokenPage)."
            )
        case .other(let words):
            AccessProblem(
                "tunnel: Cloudflare's API cannot be asked: \(words)",
                advice: "The coordinator's machine needs a way to \(tunnel.apiURL)."
            )
        }
    }

    private func lacks(_ permission: String, _ words: String) -> AccessProblem {
        AccessProblem(
            "tunnel.apiToken: the token has not the permission \(permission): \(words)",
            advice: "Edit the token (\(Self.tokenPage)): it needs Zone:Zone:Read and Zone:DNS:Edit "
                + "for the zone, and Account:Cloudflare Tunnel:Edit for the account."
        )
    }

    // MARK: The tunnel

    private func findTunnel() async -> (CloudflareAPI.Tunnel?, AccessProblem?) {
        let permission = "Account:Cloudflare Tunnel:Edit"
        let account = tunnel.accountID
        do throws(CloudflareAPI.Failure) {
            let found = try await cloudflare.tunnel(named: tunnel.name, in: account)
            let nobody = "00000000-0000-0000-0000-000000000000"
            let path = "/accounts/\(account)/cfd_tunnel/\(nobody)"
            guard let words = await denial(of: path) else { return (found, nil) }
            return (found, lacks(permission, words))
        } catch {
            guard case .denied(let words) = error else {
                let problem = AccessProblem(
                    "tunnel.accountID: Cloudflare does not list the account's tunnels: "
                        + error.words,
                    advice: "Compare the id with the one behind dash.cloudflare.com/ in the "
                        + "address of the account's page."
                )
                return (nil, problem)
            }
            return (nil, lacks(permission, words))
        }
    }

    /// Cloudflare's words where the token may not delete there.
    private func denial(of path: String) async -> String? {
        do throws(CloudflareAPI.Failure) {
            try await cloudflare.delete(path)
        } catch {
            if case .denied(let words) = error { return words }
        }
        return nil
    }

    private static func taken(_ name: String) -> AccessProblem {
        AccessProblem(
            "tunnel.name: the account has a tunnel \"\(name)\" already, and this coordinator did not "
                + "make it",
            advice: "Its names would lead to this cluster instead. Choose another tunnel.name, or "
                + "delete the tunnel if nobody needs it: one.dash.cloudflare.com, Networks, Tunnels."
        )
    }

    // MARK: Names

    /// The zone of the account that a name is in: the longest of its endings that is one.
    private func zone(of hostname: String) async throws(AccessProblem) -> CloudflareAPI.Zone {
        var ending = hostname[...]
        while ending.contains(".") {
            do throws(CloudflareAPI.Failure) {
                let name = [("name", String(ending))]
                let zones = try await cloudflare.get("/zones", name, as: [CloudflareAPI.Zone].self)
                if let zone = zones.first(where: { $0.account?.id ?? account == account }) {
                    return zone
                }
            } catch {
                if case .denied(let words) = error { throw lacks("Zone:Zone:Read", words) }
                throw tokenProblem(error)
            }
            ending = ending.drop { $0 != "." }.dropFirst()
        }
        throw AccessProblem(
            "tunnel: \(hostname) is in no zone that the token and the account have",
            advice:
                "Add the domain to the account at dash.cloudflare.com, let the token be valid for "
                + "its zone, or choose a name in another zone. One such name would keep all others "
                + "from being published."
        )
    }

    private var account: String { tunnel.accountID }

    private func writingProblem(in zone: CloudflareAPI.Zone) async -> [AccessProblem] {
        let nobody = String(repeating: "0", count: 32)
        let words = await denial(of: "/zones/\(zone.id)/dns_records/\(nobody)")
        return words.map { [lacks("Zone:DNS:Edit", "\(zone.name): \($0)")] } ?? []
    }

    /// The controller would overwrite a CNAME without a word, and fail at an address.
    private func foreignRecords(
        at hostname: String,
        in zone: CloudflareAPI.Zone,
        _ found: CloudflareAPI.Tunnel?
    ) async throws(AccessProblem) -> (leadToIt: Bool, problems: [AccessProblem]) {
        let records: [CloudflareAPI.Record]
        do {
            records = try await cloudflare.get(
                "/zones/\(zone.id)/dns_records",
                [("name", hostname)],
                as: [CloudflareAPI.Record].self
            )
        } catch {
            throw lacks("Zone:DNS:Edit", "\(zone.name): \(error.words)")
        }
        let claims = records.filter { ["A", "AAAA", "CNAME"].contains($0.type) }
        let foreign = claims.filter { found == nil || $0.content != found?.target }
        let problems = foreign.map { record in
            AccessProblem(
                "tunnel: \(hostname) leads elsewhere already: \(record.type) "
                    + (record.content ?? ""),
                advice: "Publishing would take it over. Delete the record if nobody needs it "
                    + "(dash.cloudflare.com, \(zone.name), DNS), or choose another name."
            )
        }
        return (claims.count > foreign.count, problems)
    }
}
