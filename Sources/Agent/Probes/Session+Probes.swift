import Daemon
import Preflight
import Protocol
import SwiftProtobuf

extension Session {
    /// Kinds of probes that take a while, by the names of `Probe`'s members.
    static let probeKinds = ["inspection", "listening", "path"]

    /// Answers a question for the clock at once, and lets what takes longer be found out meanwhile.
    func take(_ probe: WireProbe) {
        if let answer = ProbeAnswer.to(probe, received: WallClock.microseconds()) {
            outbox.send(answer)
        } else {
            inquiry.yield(probe)
        }
    }

    /// Finds out what probes ask, several at once, for as long as the session lasts. What was opened for
    /// others is closed with it.
    func answerProbes() async -> SessionEnd? {
        await withDiscardingTaskGroup { group in
            for await probe in inquiries {
                group.addTask {
                    guard let answer = await self.answer(to: probe) else { return }
                    self.outbox.send(answer)
                }
            }
        }
        await machine.prober.stopListening()
        return nil
    }

    private func answer(to probe: WireProbe) async -> WireAgentMessage? {
        var result = WireProbeResult()
        result.number = probe.number
        switch probe.kind {
        case .inspection:
            result.observation = WireHostObservation(await machine.prober.observation())
        case .listening(let order):
            let report = await machine.prober.listen(ListeningOrder(order))
            result.listening = WireListeningReport(report)
        case .path(let order):
            let measurement = await machine.prober.measure(PathOrder(order))
            result.path = WirePathMeasurement(measurement)
        case .listeningEnd:
            await machine.prober.stopListening()
            result.listeningEnd = WireListeningEnd()
        // A newer coordinator may ask more than this agent knows.
        case .clock, nil: return nil
        }
        return .with { $0.probeResult = result }
    }
}
