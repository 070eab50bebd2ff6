import Plan
import Testing

@testable import Coordinator

/// What Cloudflare is asked before a rollout, and what is said of its answers.
@Suite struct TunnelCheckTests {
    private func problems(
        _ state: PlayedCloudflare.State = .init(),
        hostname: String = "panel.example.com",
        account: String = PlayedCloudflare.account,
        isOurs: Bool = false
    ) async -> [String] {
        let cloudflare = PlayedCloudflare(state)
        let tunnel = TunnelSettings(
            accountID: account,
            name: "three-clouds",
            apiToken: .environment("TOKEN"),
            hostname: hostname
        )
        let api = CloudflareAPI(
            base: tunnel.apiURL,
            token: Secret("a-token-of-forty-characters"),
            web: cloudflare
        )
        let check = TunnelCheck(tunnel: tunnel, cloudflare: api, isOurs: isOurs)
        let problems = await check.problems()
        // Nothing that exists was touched, and the token stood in no address.
        #expect(cloudflare.now.tunnels == state.tunnels)
        #expect(cloudflare.now.records.map(\.id) == state.records.map(\.id))
        #expect(!cloudflare.requests.contains { $0.url.contains("a-token") })
        #expect(problems.allSatisfy { !$0.advice.isEmpty })
        return problems.map(\.what)
    }

    @Test func `a token that may do all, and a free name, have no problem`() async {
        #expect(await problems() == [])
    }

    @Test func `a token that nobody knows is all there is to say`() async {
        let found = await problems(.init(denied: [(nil, "/")]))
        #expect(found.count == 1)
        #expect(
            found.first?.contains("does not accept the token: Authentication error (10000)") == true
        )
    }

    @Test func `a token that is disabled is named so`() async {
        #expect(await problems(.init(status: "expired")).first?.contains("is expired") == true)
    }

    @Test(
        arguments: [
            ("/zones", nil, "Zone:Zone:Read"),
            ("/dns_records", nil, "Zone:DNS:Edit"),
            ("/dns_records", .delete, "Zone:DNS:Edit"),
            ("/cfd_tunnel", nil, "Account:Cloudflare Tunnel:Edit"),
            ("/cfd_tunnel", .delete, "Account:Cloudflare Tunnel:Edit"),
        ] as [(String, WebRequest.Method?, String)]
    )
    func `each permission is tried and named`(
        part: String,
        method: WebRequest.Method?,
        permission: String
    ) async {
        let found = await problems(.init(denied: [(method, part)]))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains("has not the permission \(permission)") == true, "\(found)")
    }

    @Test func `another account is named`() async {
        let found = await problems(account: String(repeating: "f", count: 32))
        #expect(found.contains { $0.hasPrefix("tunnel.accountID: ") }, "\(found)")
    }

    @Test func `a name in no zone is named`() async {
        #expect(
            await problems(hostname: "panel.example.net") == [
                "tunnel: panel.example.net is in no zone that the token and the account have"
            ]
        )
    }

    @Test func `a record of somebody else is not taken over`() async {
        var state = PlayedCloudflare.State()
        state.records = [
            ("r1", "A", "panel.example.com", "192.0.2.7"),
            ("r2", "TXT", "panel.example.com", "v=spf1 -all"),
        ]
        #expect(
            await problems(state)
                == ["tunnel: panel.example.com leads elsewhere already: A 192.0.2.7"]
        )
    }

    @Test func `a tunnel of the same name is ours or in the way`() async {
        var state = PlayedCloudflare.State()
        state.tunnels = ["three-clouds": "a1b2"]
        #expect(await problems(state).first?.contains("did not make it") == true)
        #expect(await problems(state, isOurs: true) == [])
        // The state was lost, but the name leads to the tunnel: it is this cluster's.
        state.records = [("r1", "CNAME", "panel.example.com", "a1b2.cfargotunnel.com")]
        #expect(await problems(state) == [])
    }

    @Test func `the token goes to curl by its standard input, and never with odd characters`()
        throws
    {
        let request = WebRequest(url: "https://example.com/", bearer: Secret("tok-en"))
        #expect(!CurlClient.arguments(for: request).contains { $0.contains("tok-en") })
        let configuration = try CurlClient.configuration(for: request)
        #expect(
            String(decoding: configuration, as: UTF8.self)
                == "header = \"Authorization: Bearer tok-en\"\n"
        )
        for odd in ["", "a b", "a\"\nurl = \"https://evil\"", "a\\b"] {
            #expect(throws: WebFailure.unusableToken) {
                try CurlClient.configuration(for: .init(url: "https://a/", bearer: Secret(odd)))
            }
        }
    }
}
