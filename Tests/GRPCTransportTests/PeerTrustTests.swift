import GRPCCore
import GRPCTransport
import Plan
import Synchronization
import Testing
import Trust

@Suite(.timeLimit(.minutes(4)))
struct PeerTrustTests {
    private let cluster: Cluster
    private let whoAmI: RawService.Method = RawService.unary { _, context in
        let peer = try #require(context.transportSpecific as? ServerPeer)
        return Array("\(peer.application) \(peer.uris) \(peer.serial)".utf8)
    }

    init() throws {
        cluster = try Cluster()
    }

    /// The words with which a call fails, or the answer.
    private func outcome(
        _ client: ClientConfiguration,
        enrollment: Bool = false,
        server: ServerConfiguration? = nil
    ) async throws -> String {
        var configuration = try server ?? cluster.server()
        configuration.acceptsEnrollment = { enrollment }
        return try await withServer(configuration, ["WhoAmI": whoAmI]) { _, port in
            var client = client
            client.port = port
            return try await withClient(client) { client in
                do {
                    return try await String(decoding: client.call("WhoAmI"), as: UTF8.self)
                } catch let error as RPCError {
                    #expect(error.code == .unavailable)
                    return error.message
                }
            }
        }
    }

    @Test func `a handler sees who calls`() async throws {
        let (identity, certificate) = try cluster.certificate(
            .agent(cluster: "demo", id: HostID("kube-seoul")!)
        )
        let said = try await outcome(cluster.client(port: 0, identity: identity))
        #expect(said == "h2 [\"spiffe://demo/agent/kube-seoul\"] \(certificate.serial)")
    }

    @Test func `a handler knows until when the certificate is valid`() async throws {
        let (identity, certificate) = try cluster.certificate(
            .agent(cluster: "demo", id: HostID("kube-seoul")!)
        )
        let expiry = RawService.unary { _, context in
            let peer = context.transportSpecific as? ServerPeer
            return Array("\(peer?.certificateExpires ?? -1)".utf8)
        }
        try await withServer(cluster.server(), ["Expiry": expiry]) { _, port in
            try await withClient(cluster.client(port: port, identity: identity)) { client in
                let said = try await client.call("Expiry")
                #expect(said == Array("\(certificate.notAfter)".utf8))
            }
        }
    }

    @Test func `a client of a foreign authority is refused`() async throws {
        let stranger = try Cluster().agent()
        let said = try await outcome(cluster.client(port: 0, identity: stranger))
        #expect(said.contains("the peer refused us"))
    }

    @Test func `a client with an expired certificate is refused`() async throws {
        let old = try cluster.certificate(
            .agent(cluster: "demo", id: HostID("kube-seoul")!),
            now: Cluster.now - 60 * 86_400_000
        ).identity
        let said = try await outcome(cluster.client(port: 0, identity: old))
        #expect(said.contains("our certificate has expired"))
    }

    @Test(arguments: [
        ("a stranger", "unable to get local issuer"), ("expired", "has expired"),
        ("not yet valid", "not yet valid"),
    ])
    func `who is refused stands in the log, with address and reason`(
        who: String,
        reason: String
    ) async throws {
        let agent = SPIFFEIdentity.agent(cluster: "demo", id: HostID("kube-seoul")!)
        let day: Int64 = 86_400_000
        let identity =
            switch who {
            case "expired": try cluster.certificate(agent, now: Cluster.now - 60 * day).identity
            case "not yet valid": try cluster.certificate(agent, now: Cluster.now + day).identity
            default: try Cluster().agent()
            }
        let lines = Shared<[String]>([])
        var configuration = try cluster.server()
        configuration.log = { line in lines.update { $0.append(line) } }
        let said = try await outcome(
            cluster.client(port: 0, identity: identity),
            server: configuration
        )
        #expect(!said.hasPrefix("h2"))
        let isLogged = try await eventually {
            lines.value.contains { $0.hasPrefix("ipv4:127.0.0.1:") && $0.contains(reason) }
        }
        #expect(isLogged, "\(lines.value)")
    }

    @Test func `a server's owner sees who is connected and can cut one off`() async throws {
        let transport = HTTP2ServerTransport(try cluster.server())
        let server = GRPCServer(
            transport: transport,
            services: [
                RawService(methods: [
                    "WhoAmI": whoAmI,
                    "Wait": RawService.unary { _, _ in
                        try await Task.sleep(for: .seconds(600))
                        return []
                    },
                ])
            ]
        )
        let serving = Task { try await server.serve() }
        let port = try await transport.boundPort()
        try await withClient(cluster.client(port: port)) { client in
            _ = try await client.call("WhoAmI")
            let connection = try #require(transport.establishedConnections.first)
            #expect(connection.peer.uris == ["spiffe://demo/agent/kube-seoul"])
            async let error = rpcError { _ = try await client.call("Wait") }
            connection.close("enough")
            #expect(await error?.code == .unavailable)
        }
        let isGone = try await eventually { transport.establishedConnections.isEmpty }
        #expect(isGone)
        server.beginGracefulShutdown()
        try await serving.value
    }

    @Test func `a server of a foreign authority is refused`() async throws {
        let said = try await outcome(
            cluster.client(port: 0),
            server: try Cluster().server()
        )
        #expect(said.contains("certificate verify failed"))
    }

    @Test func `a server with another name is refused`() async throws {
        var client = try cluster.client(port: 0)
        client.trust = .authorities(pem: cluster.authorities, uri: "spiffe://demo/coordinatorx")
        let said = try await outcome(client)
        #expect(said.contains("certificate verify failed: the server is spiffe://demo/coordinator"))
    }

    @Test func `an agent's certificate does not make a server`() async throws {
        var impostor = try cluster.server()
        impostor.identity = try cluster.agent()
        let said = try await outcome(cluster.client(port: 0), server: impostor)
        #expect(said.contains("certificate verify failed"))
        let enrolling = try await outcome(
            cluster.enrolling(port: 0),
            enrollment: true,
            server: impostor
        )
        #expect(enrolling.contains("certificate verify failed"))
    }

    @Test func `several authorities may verify a server`() async throws {
        let other = try Cluster("other")
        var client = try cluster.client(port: 0)
        client.trust = .authorities(
            pem: other.authorities + cluster.authorities,
            uri: cluster.coordinatorURI
        )
        #expect(try await outcome(client).hasPrefix("h2"))
    }

    @Test func `a client without a certificate may enrol while that is open`() async throws {
        let said = try await outcome(cluster.enrolling(port: 0), enrollment: true)
        #expect(said == "enrollment [] ")
    }

    @Test func `a connection that enrols answers one call`() async throws {
        var configuration = try cluster.server()
        configuration.acceptsEnrollment = { true }
        let whence = RawService.unary { _, context in Array(context.remotePeer.utf8) }
        try await withServer(configuration, ["Whence": whence]) { _, port in
            try await withClient(cluster.enrolling(port: port)) { client in
                let first = try await client.call("Whence")
                // The client may have begun its next call on the connection that goes.
                let second = try? await client.call("Whence")
                #expect(second != first)
            }
        }
    }

    @Test func `a client without a certificate is refused while enrolment is closed`() async throws
    {
        let said = try await outcome(cluster.enrolling(port: 0))
        #expect(said.contains("does not offer the protocol we asked for"))
    }

    @Test func `enrolment opens and closes at any moment`() async throws {
        let isOpen = Shared(false)
        var configuration = try cluster.server()
        configuration.acceptsEnrollment = { isOpen.value }
        try await withServer(configuration, ["WhoAmI": whoAmI]) { _, port in
            for open in [false, true, false] {
                isOpen.value = open
                try await withClient(cluster.enrolling(port: port)) { client in
                    let error = await rpcError { _ = try await client.call("WhoAmI") }
                    #expect((error == nil) == open)
                }
            }
        }
    }

    @Test func `a client that enrols refuses an authority other than the pinned`() async throws {
        let pin = try Cluster().pin
        let said = try await outcome(cluster.enrolling(port: 0, pin: pin), enrollment: true)
        #expect(said.contains("does not hold the authority that is pinned"))
    }

    @Test func `a server that only shows the pinned authority is refused`() async throws {
        // The impostor's own certificate, and behind it the authority that everybody can see.
        let foreign = try Cluster()
        let own = try foreign.coordinator()
        var impostor = try foreign.server()
        impostor.identity = TLSIdentity(
            certificate: own.certificate + cluster.authorities,
            key: own.key,
            authorities: foreign.authorities
        )
        let said = try await outcome(
            cluster.enrolling(port: 0),
            enrollment: true,
            server: impostor
        )
        #expect(said.contains("certificate verify failed"))
    }

    @Test func `new connections show the replaced identity`() async throws {
        let transport = HTTP2ServerTransport(try cluster.server())
        let next = try Cluster("demo")
        let server = GRPCServer(
            transport: transport,
            services: [RawService(methods: ["WhoAmI": whoAmI])]
        )
        let serving = Task { try await server.serve() }
        let port = try await transport.boundPort()
        try await withClient(cluster.client(port: port)) { client in
            _ = try await client.call("WhoAmI")
            try transport.replaceIdentity(next.coordinator())
            _ = try await client.call("WhoAmI")
        }
        try await withClient(cluster.client(port: port)) { client in
            let error = await rpcError { _ = try await client.call("WhoAmI") }
            #expect(error?.message.contains("certificate verify failed") == true)
        }
        try await withClient(next.client(port: port)) { client in
            _ = try await client.call("WhoAmI")
        }
        #expect(throws: (any Error).self) {
            try transport.replaceIdentity(
                TLSIdentity(certificate: "", key: [], authorities: "")
            )
        }
        server.beginGracefulShutdown()
        try await serving.value
    }

    @Test func `an identity shows nothing of its key`() throws {
        let identity = try cluster.agent()
        var dumped = ""
        dump(identity, to: &dumped)
        #expect(dumped == "- <TLS identity>\n" && "\(identity)" == "<TLS identity>")
    }
}
