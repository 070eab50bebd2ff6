import GRPCCore
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import GRPCTransport

/// Addresses of both families, on this machine's loopback.
@Suite(.timeLimit(.minutes(4)))
struct AddressTests {
    private static let whoAmI = RawService.unary { _, context in Array(context.remotePeer.utf8) }

    @Test(
        .enabled(if: hasIPv6),
        arguments: [("127.0.0.1", "ipv4:127.0.0.1:"), ("::1", "ipv6:[::1]:")]
    )
    func `a server without a host is reached at every address`(
        host: String,
        prefix: String
    ) async throws {
        let cluster = try Cluster()
        var configuration = try cluster.server()
        configuration.host = nil
        try await withServer(configuration, ["WhoAmI": Self.whoAmI]) { _, port in
            var calling = try cluster.client(port: port)
            calling.host = host
            try await withClient(calling) { client in
                let name = String(decoding: try await client.call("WhoAmI"), as: UTF8.self)
                #expect(name.hasPrefix(prefix))
            }
        }
    }

    @Test(.enabled(if: hasIPv6))
    func `a name's address that refuses or keeps silent is passed over`() async throws {
        let cluster = try Cluster()
        let silent = try SilentListener(AF_INET6)
        defer { withExtendedLifetime(silent) {} }
        var configuration = try cluster.server()
        configuration.port = silent.port
        try await withServer(configuration, ["WhoAmI": Self.whoAmI]) { _, port in
            // Nobody listens at 127.0.0.2, and nobody accepts at ::1.
            var calling = try cluster.client(port: port)
            calling.host = "several.test"
            calling.resolver = { Names(["::1", "127.0.0.2", "127.0.0.1"], on: $0) }
            try await withClient(calling) { client in
                let name = String(decoding: try await client.call("WhoAmI"), as: UTF8.self)
                #expect(name.hasPrefix("ipv4:127.0.0.1:"))
            }
        }
    }

    @Test func `each address of a name says why it was of no use`() async throws {
        let reserved = try ReservedPort()
        defer { withExtendedLifetime(reserved) {} }
        var configuration = try Cluster().client(port: reserved.number)
        configuration.host = "several.test"
        configuration.resolver = { Names(["127.0.0.2", "127.0.0.3"], on: $0) }
        try await withClient(configuration) { client in
            let error = await rpcError { _ = try await client.call("Echo") }
            #expect(error?.message.contains("127.0.0.2: connection refused") == true)
            #expect(error?.message.contains("127.0.0.3: connection refused") == true)
        }
    }

    @Test func `a server that keeps silent is given up in time, and named`() async throws {
        let silent = try SilentListener(AF_INET)
        defer { withExtendedLifetime(silent) {} }
        var configuration = try Cluster().client(port: silent.port)
        configuration.connectTimeout = .milliseconds(300)
        try await withClient(configuration) { client in
            let error = await rpcError { _ = try await client.call("Echo") }
            #expect(error?.code == .unavailable)
            #expect(
                error?.message == "No connection to 127.0.0.1:\(silent.port): no answer in time."
            )
        }
    }

    @Test(
        arguments: [
            ("example.org", "example.org", nil), ("example.org:80", "example.org", 80),
            ("[::1]", "::1", nil), ("[::1]:0", "::1", 0), ("2001:db8::1", "2001:db8::1", nil),
            (":7443", "", 7443), ("", "", nil),
        ] as [(String, String, Int?)]
    )
    func `an endpoint is cut where its host ends`(text: String, host: String, port: Int?) throws {
        let parts = try #require(Endpoint.split(text))
        #expect(parts.host == host)
        #expect(parts.port == port)
    }

    @Test(arguments: ["[::1", "[::1]80", "a:", "a:b", "a:65536", "a:-1", "a:+1", "[a]:", "a:１"])
    func `what has no port where one should be is no endpoint`(text: String) {
        #expect(Endpoint.split(text) == nil)
    }

    @Test(
        arguments: [
            ("::ffff:192.0.2.1", "192.0.2.1", "ipv4:192.0.2.1:9", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1", "ipv4:192.0.2.1:9", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1", "ipv6:[2001:db8::1]:9", "20.1.d.b8.0.0.0.0"),
            (
                "2001:db8::ffff:2", "2001:db8::ffff:2", "ipv6:[2001:db8::ffff:2]:9",
                "20.1.d.b8.0.0.0.0"
            ),
        ]
    )
    func `an address is written in its own family, and counts by its network`(
        text: String,
        literal: String,
        target: String,
        source: String
    ) throws {
        let address = try SocketAddress(ipAddress: text, port: 9)
        #expect(address.literal == literal)
        #expect(address.target == target)
        #expect(address.source == source)
    }
}

/// Whether this machine's loopback has an IPv6 address.
private let hasIPv6: Bool = {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
        }
    }
}()

/// A name server that gives every name the same addresses.
private struct Names: Resolver, Sendable {
    private let addresses: [String]
    private let loop: any EventLoop

    init(_ addresses: [String], on loop: any EventLoop) {
        self.addresses = addresses
        self.loop = loop
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        answer(port) { !$0.contains(":") }
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        answer(port) { $0.contains(":") }
    }

    func cancelQueries() {}

    private func answer(
        _ port: Int,
        _ isMeant: (String) -> Bool
    ) -> EventLoopFuture<[SocketAddress]> {
        let result = Result {
            try addresses.filter(isMeant).map { try SocketAddress(ipAddress: $0, port: port) }
        }
        return loop.makeCompletedFuture(result)
    }
}
