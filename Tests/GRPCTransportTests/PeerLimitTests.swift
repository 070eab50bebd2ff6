import NIOCore
import Testing

@testable import GRPCTransport

struct PeerLimitTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `a flood of lines becomes a few and a count`() {
        var allowance = LogAllowance(burst: 3)
        let start = 100 * Self.second
        let said = (0..<1000).compactMap { _ in allowance.admit(at: start) }
        #expect(said == [0, 0, 0])
        #expect(allowance.admit(at: start + Self.second) == 997)
        #expect(allowance.admit(at: start + Self.second) == nil)
        #expect(allowance.takeUnsaid() == 1)
        #expect(allowance.takeUnsaid() == 0)
    }

    @Test func `strangers of one address take no places from another`() {
        var greetings = Greetings(limit: 3)
        for id in 1...3 { #expect(greetings.arrive(UInt64(id), from: "a") == .free) }
        #expect(greetings.arrive(4, from: "b") == .inPlaceOf(1))
        for id in 5...9 { #expect(greetings.arrive(UInt64(id), from: "a") != .inPlaceOf(4)) }
        #expect(greetings.count == 3)
        greetings.leave(9)
        greetings.leave(9)
        #expect(greetings.arrive(10, from: "a") == .free)
    }

    @Test(arguments: [0, 1, 64, 100, 1024, 4096, 32_768])
    func `connections leave descriptors to the process`(descriptors: Int) {
        var configuration = ServerConfiguration(
            host: "127.0.0.1",
            port: 0,
            identity: TLSIdentity(certificate: "", key: [], authorities: "")
        )
        configuration.fit(descriptors: descriptors)
        let held = configuration.greetings + configuration.connections
        #expect(configuration.greetings > 0 && configuration.connections > 0)
        #expect(held <= max(descriptors - min(256, descriptors / 2), 2))
        #expect(descriptors < 32_768 || held == 16_384 + 1024)
    }

    @Test func `who holds a place in silence goes before who has said hello`() {
        var greetings = Greetings(limit: 3)
        for id in 1...3 { #expect(greetings.arrive(UInt64(id), from: "a") == .free) }
        greetings.hear(1)
        greetings.hear(1)
        #expect(greetings.arrive(4, from: "a") == .inPlaceOf(2))
        #expect(greetings.arrive(5, from: "b") == .inPlaceOf(3))
        greetings.hear(4)
        greetings.hear(99)
        #expect(greetings.arrive(6, from: "a") == .inPlaceOf(1))
        #expect(greetings.count == 3)
    }

    @Test func `an address makes room for its own`() {
        var greetings = Greetings(limit: 3)
        for id in 1...3 { #expect(greetings.arrive(UInt64(id), from: "a") == .free) }
        #expect(greetings.arrive(4, from: "a") == .inPlaceOf(1))
        #expect(greetings.arrive(5, from: "b") == .inPlaceOf(2))
        #expect(greetings.arrive(6, from: "b") == .inPlaceOf(5))
        #expect(greetings.arrive(7, from: "c") == .inPlaceOf(3))
        #expect(greetings.arrive(8, from: "d") == .refused)
        #expect(greetings.count == 3)
    }

    @Test func `a dead peer is found within forty seconds, whenever it died`() {
        let identity = TLSIdentity(certificate: "", key: [], authorities: "")
        let server = ServerConfiguration(host: "", port: 0, identity: identity).keepalive
        let trust = ClientConfiguration.ServerTrust.pinnedAuthority(publicKeySHA256: "")
        let client = ClientConfiguration(host: "", port: 0, trust: trust, identity: nil).keepalive
        for keepalive in [server, client] {
            let died = NIODeadline.uptimeNanoseconds(1 << 40)
            var heart = Heartbeat(keepalive, now: died)
            var now = died
            search: while true {
                switch heart.beat(at: now) {
                case .wait(let next), .ping(let next): now = next
                case .giveUp: break search
                }
            }
            #expect(now - died <= .seconds(40))
        }
    }
}
