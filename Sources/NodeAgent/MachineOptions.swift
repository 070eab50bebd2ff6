import Agent
import ArgumentParser
import Plan
import SimulatedHost
import Steps

/// Which machine the agent works on.
struct MachineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The machine to work on: linux, simulated or simulated:DIR.",
            discussion: """
                A simulated machine is only played: nothing on this one is touched. With DIR it \
                outlives the process; machines whose folders lie side by side can form a cluster.
                """,
            valueName: "machine"
        )
    )
    var host: MachineChoice = .linux

    @Option(
        help: ArgumentHelp(
            "How many times faster than real time simulated machines live.",
            valueName: "factor"
        )
    )
    var simulatedPace = 10.0

    func validate() throws {
        guard simulatedPace.isFinite, (1...1_000_000).contains(simulatedPace) else {
            throw ValidationError("--simulated-pace must be between 1 and 1000000")
        }
    }

    /// Makes it ready; a simulated one without a folder is called as the node is.
    func open(as node: HostID?) throws(AgentFailure) -> Machine {
        do {
            switch host {
            case .linux:
                let linux = LinuxHost()
                return Machine(host: linux, reporter: LinuxReporter(host: linux))
            case .simulated(nil):
                let internet = SimulatedInternet(pace: .scaled(simulatedPace))
                let name = node?.description ?? "machine"
                let simulated = try SimulatedHost(id: name, internet: internet)
                return Machine(host: simulated, reporter: SimulatedReporter(simulated))
            case .simulated(let folder?):
                let internet = try SimulatedInternet(folder: folder, pace: .scaled(simulatedPace))
                let name = folder.split(separator: "/").last.map(String.init) ?? "machine"
                let simulated = try SimulatedHost(id: name, internet: internet, folder: folder)
                return Machine(host: simulated, reporter: SimulatedReporter(simulated))
            }
        } catch {
            throw AgentFailure("the simulated machine cannot be opened: \(error.message)")
        }
    }
}

/// A machine, and who tells about it.
struct Machine {
    /// What steps work on.
    let host: any Host
    /// What facts and health come from.
    let reporter: any MachineReporter
}

/// The values of `--host`.
enum MachineChoice: ExpressibleByArgument, Equatable, Sendable {
    /// This machine.
    case linux
    /// One that is played, in a folder or in memory.
    case simulated(folder: String?)

    init?(argument: String) {
        switch argument {
        case "linux": self = .linux
        case "simulated": self = .simulated(folder: nil)
        default:
            let prefix = "simulated:"
            guard argument.hasPrefix(prefix), argument.count > prefix.count else { return nil }
            let folder = argument.dropFirst(prefix.count)
            let end = folder.lastIndex { $0 != "/" }
            guard let end else { return nil }
            self = .simulated(folder: String(folder[...end]))
        }
    }

    var defaultValueDescription: String { "linux" }
}
