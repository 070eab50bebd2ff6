import HostContract
import Testing

@testable import NodeAgent

@Suite struct LinuxHostContractTests {
    private let scratch: HostScratch

    init() throws {
        scratch = try HostScratch()
    }

    /// Everything is the machine's own but `systemctl`: where tests run there may be no systemd, so a
    /// stand-in says what systemd says of a unit that nobody has. `make lab` meets the real one.
    @Test func `the real machine keeps the contract that the played ones keep`() async throws {
        try scratch.play(
            "systemctl",
            "printf 'LoadState=not-found\\nUnitFileState=\\nActiveState=inactive\\nSubState=dead\\n'"
        )
        let contract = HostContract(host: scratch.host, scratch: "\(scratch.path)/contract")
        let violations = await contract.violations()
        #expect(violations == [])
    }
}
