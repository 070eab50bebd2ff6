import HostContract
import SimulatedHost
import Steps
import Testing

struct HostContractTests {
    @Test func `a simulated machine in memory keeps the contract`() async throws {
        let host = try SimulatedHost(id: "one", internet: SimulatedInternet())
        #expect(await HostContract(host: host, scratch: "/scratch").violations() == [])
    }

    @Test func `a simulated machine in a folder keeps the contract`() async throws {
        try await withScratchFolder { folder in
            let internet = try SimulatedInternet(folder: folder + "/one")
            let host = try SimulatedHost(id: "one", internet: internet, folder: folder + "/one")
            let violations = await HostContract(host: host, scratch: "/scratch").violations()
            #expect(violations == [])
        }
    }
}
