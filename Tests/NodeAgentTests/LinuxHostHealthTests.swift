import Steps
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostHealthTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    @Test func `health tells the machine, the unit and the peers`() async throws {
        try scratch.play(
            "systemctl",
            """
            case "$*" in
            *k3s-agent.service) printf 'LoadState=loaded\\nActiveState=active\\n' ;;
            *) printf 'LoadState=not-found\\nActiveState=inactive\\n' ;;
            esac
            """
        )
        try scratch.play(
            "wg",
            """
            case "$*" in
            "show all endpoints") printf 'kilo0\\tAAA=\\t203.0.113.9:51820\\nBBB=\\t(none)\\n' ;;
            "show all latest-handshakes") printf 'kilo0\\tAAA=\\t1700000000\\nkilo0\\tBBB=\\t0\\n' ;;
            *) exit 1 ;;
            esac
            """
        )
        let health = await scratch.host.health()
        #expect(health.k3sUnit == "k3s-agent.service" && health.k3sState == "active")
        #expect(
            health.peers == [
                .init(
                    publicKey: "AAA=",
                    endpoint: "203.0.113.9:51820",
                    latestHandshake: 1_700_000_000
                ),
                .init(publicKey: "BBB=", endpoint: "", latestHandshake: 0),
            ]
        )
        #expect(health.load >= 0)
        #expect(health.memoryTotal >= health.memoryAvailable && health.memoryAvailable > 0)
        #expect(health.diskTotal >= health.diskFree && health.diskTotal > 0)
    }

    @Test func `a machine without systemd and WireGuard has its health`() async {
        let health = await scratch.bareHost.health()
        #expect(health.k3sUnit.isEmpty && health.k3sState.isEmpty && health.peers.isEmpty)
        #expect(health.memoryTotal > 0)
    }

    @Test func `tables of other shapes are left out`() {
        #expect(WireGuardTables.peers(endpoints: "", handshakes: "").isEmpty)
        let peers = WireGuardTables.peers(
            endpoints: "garbage\nwg0\tA\t[2001:db8::1]:1\twhat\nwg0\tB\t[2001:db8::1]:1",
            handshakes: "wg0\tB\tnever\nwg0\tB\t7\nwg1\tB\t9"
        )
        #expect(
            peers == [.init(publicKey: "B", endpoint: "[2001:db8::1]:1", latestHandshake: 7)]
        )
    }
}
