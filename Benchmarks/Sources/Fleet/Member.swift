import Agent
import Logging
import Protocol
import SimulatedHost

/// One agent of the fleet.
struct Member: Sendable {
    /// Its place among all.
    let number: Int
    /// Who it is.
    let state: AgentState

    /// The agent itself, which the ledger follows.
    func service(_ ledger: Ledger) throws -> AgentService {
        var logger = Logger(label: "agent") { _ in MemberLog(number: number, ledger: ledger) }
        logger.logLevel = .info
        let host = try SimulatedHost(id: "\(number)", internet: Self.internet)
        let machine = PlayedMachine(reporter: SimulatedReporter(host), ledger: ledger)
        return try AgentService(state, host: host, machine: machine, logger: logger)
    }

    private static let internet = SimulatedInternet()
}

/// Counts the health reports.
private struct PlayedMachine: MachineReporter {
    let reporter: SimulatedReporter
    let ledger: Ledger

    func facts() async -> WireMachineFacts { await reporter.facts() }

    func health() async -> WireHealthReport {
        ledger.noteHeartbeat()
        return await reporter.health()
    }
}

/// What an agent logs says how it fares.
private struct MemberLog: LogHandler {
    let number: Int
    let ledger: Ledger
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.message.description == "session began" { return ledger.noteSession(of: number) }
        guard let delay = event.metadata?["delay"].flatMap({ Int64("\($0)") }) else { return }
        ledger.noteEnd(
            of: number,
            "\(event.metadata?["reason"] ?? "")",
            knocksAfter: delay
        )
    }
}
