import Testing

@testable import Agent

@Suite struct ProcTextTests {
    @Test func `figures are read of what the kernel and df write`() {
        let memory = "MemTotal:       8123456 kB\nMemFree: 1 kB\nMemAvailable:    123 kB\n"
        #expect(ProcText.kibibytes("MemTotal", in: memory) == 8_123_456 * 1024)
        #expect(ProcText.kibibytes("MemAvailable", in: memory) == 123 * 1024)
        #expect(ProcText.load("0.52 0.58 0.59 1/602 12345\n") == 0.52)
        #expect(ProcText.disk("    1B-blocks      Avail\n 100 42\n") == (100, 42))
        #expect(ProcText.processors("processor\t: 0\nmodel name\t: x\nprocessor\t: 1\n") == 2)
        #expect(
            ProcText.prettyName("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")
                == "Debian GNU/Linux 12"
        )
    }

    @Test func `peers are joined with their endpoints`() {
        let peers = ProcText.peers(
            handshakes: "kilo0\tkeyA=\t1700000000\nkilo0\tkeyB=\t0\n",
            endpoints: "kilo0\tkeyA=\t192.0.2.1:51820\nkilo0\tkeyB=\t(none)\n"
        )
        #expect(
            peers == [
                .init(
                    publicKey: "keyA=",
                    endpoint: "192.0.2.1:51820",
                    latestHandshake: 1_700_000_000
                ),
                .init(publicKey: "keyB=", endpoint: "", latestHandshake: 0),
            ]
        )
    }

    @Test(arguments: ["", "\n\n", "MemTotal:", "MemTotal: 99999999999999999999 kB", "a b c d"])
    func `nonsense counts as nothing`(text: String) {
        #expect(ProcText.kibibytes("MemTotal", in: text) == 0)
        #expect(ProcText.disk(text) == (0, 0))
        #expect(ProcText.load(text) == 0)
        #expect(ProcText.prettyName(text) == "")
        #expect(ProcText.peers(handshakes: text, endpoints: text).isEmpty)
    }
}
