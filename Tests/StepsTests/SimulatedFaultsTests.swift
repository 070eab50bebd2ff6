import FoundationEssentials
import SimulatedHost
import Steps
import Testing

struct SimulatedFaultsTests {
    @Test func `a file beside the machine's state decides what goes wrong`() async throws {
        try await withScratchFolder { folder in
            let place = folder + "/one"
            let internet = try SimulatedInternet(folder: place)
            let host = try SimulatedHost(id: "one", internet: internet, folder: place)
            try await host.write("/etc/motd", Array("hello".utf8), mode: 0o644)
            let faults = """
                {"diskFull": true, "durations": {"packages": 1}}
                """
            try Data(faults.utf8).write(to: URL(filePath: place + "/faults.json"))
            #expect(host.faults.durations.packages == 1)
            #expect(host.faults.durations.artifact == SimulatedDurations().artifact)
            let failure = await #expect(throws: HostFailure.self) {
                try await host.write("/etc/motd", [], mode: 0o644)
            }
            #expect(failure?.code == .diskFull)
            #expect(try await host.read("/etc/motd") == Array("hello".utf8))
        }
    }

    @Test func `a machine in a folder is the same after a restart`() async throws {
        try await withScratchFolder { folder in
            let place = folder + "/one"
            let internet = try SimulatedInternet(folder: place)
            let first = try SimulatedHost(id: "one", internet: internet, folder: place)
            _ = try await first.run(Command(["hostnamectl", "set-hostname", "new"]))
            try await first.write("/secret", [1], mode: 0o600)
            let second = try SimulatedHost(id: "one", internet: internet, folder: place)
            #expect(try await second.facts().hostname == "new")
            #expect(try await second.mode(of: "/secret") == 0o600)
            #expect(try await second.read("/etc/hostname") == Array("new\n".utf8))
        }
    }

    @Test func `no path leads out of the folder`() async throws {
        try await withScratchFolder { folder in
            let place = folder + "/one"
            let internet = try SimulatedInternet(folder: place)
            let host = try SimulatedHost(id: "one", internet: internet, folder: place)
            await #expect(throws: HostFailure.self) {
                try await host.write("/../../escaped", [], mode: 0o644)
            }
        }
    }
}
