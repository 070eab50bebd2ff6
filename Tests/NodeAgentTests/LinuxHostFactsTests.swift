import Foundation
import Steps
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostFactsTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    @Test func `facts are those of this machine`() async throws {
        let facts = try await LinuxHost().facts()
        #expect(facts.hostname == ProcessInfo.processInfo.hostName || !facts.hostname.isEmpty)
        #expect(facts.addresses.allSatisfy { !NetworkInterfaces.isLocal($0) })
        #expect(Set(facts.addresses).count == facts.addresses.count)
        let machine = LinuxHost().machineFacts()
        #expect(machine.hostname == facts.hostname && machine.architecture == facts.architecture)
        #expect(machine.cpus >= 1 && machine.memory > 1 << 20)
        #expect(machine.kernel.first?.isNumber == true && !machine.operatingSystem.isEmpty)
    }

    @Test func `without WireGuard in the kernel there is none`() async throws {
        try scratch.play("modprobe", "exit 1")
        try scratch.play("ip", "echo 'Operation not supported' >&2; exit 2")
        let isLoaded = FileManager.default.fileExists(atPath: "/sys/module/wireguard")
        let facts = try await scratch.bareHost.facts()
        #expect(facts.kernelWireGuard == (isLoaded && geteuid() != 0))
    }

    @Test func `an interface is made once, and taken away`() async throws {
        try scratch.play("modprobe", "exit 0")
        try scratch.play("ip", "exit 0")
        let host = scratch.bareHost
        for _ in 0..<3 { #expect(try await host.facts().kernelWireGuard) }
        let calls = scratch.calls.filter { $0.hasPrefix("ip ") }
        let probe = [
            "ip link delete dev isthmus-probe", "ip link add dev isthmus-probe type wireguard",
            "ip link delete dev isthmus-probe",
        ]
        #expect(calls == (geteuid() == 0 ? probe : []))
    }

    @Test(arguments: [
        (
            "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
            "Debian GNU/Linux 12 (bookworm)"
        ),
        ("PRETTY_NAME='Alpine'", "Alpine"), ("PRETTY_NAME=Arch\r\n", "Arch"),
        ("PRETTY_NAME=\"", "\""), ("PRETTY_NAME=", ""), ("NAME=x", nil),
    ])
    func `os-release is read`(_ text: String, _ name: String?) {
        #expect(OSRelease.prettyName(in: text) == name)
    }

    @Test func `meminfo is read`() {
        let info = MemoryInfo("MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable:   1024 kB\n")
        #expect(info?.total == 2 << 20 && info?.available == 1 << 20)
        for text in [
            "", "MemTotal:", "MemTotal: x kB\nMemAvailable: 1 kB",
            "MemTotal: \(Int64.max) kB\nMemAvailable: 1 kB",
        ] {
            #expect(MemoryInfo(text) == nil)
        }
    }

    @Test(arguments: ["127.0.0.1", "::1", "169.254.1.1", "fe80::1%eth0", "fe80::1", "febf::1"])
    func `an address that others cannot use is none`(_ address: String) {
        #expect(NetworkInterfaces.isLocal(address))
        #expect(!NetworkInterfaces.isLocal("10.0.0.1") && !NetworkInterfaces.isLocal("2001:db8::1"))
    }
}
