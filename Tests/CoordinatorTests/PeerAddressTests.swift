import Testing

@testable import Coordinator

@Suite struct PeerAddressTests {
    @Test(arguments: [
        ("ipv4:127.0.0.1:49488", "127.0.0.1"), ("ipv6:[2001:db8::1]:443", "2001:db8::1"),
        ("unknown", "unknown"), ("ipv4:", "ipv4:"), ("unix:/run/socket", "unix:/run/socket"),
        ("", ""),
    ])
    func `a peer's address is told without its port`(peer: String, address: String) {
        #expect(PeerAddress.address(of: peer) == address)
    }
}
