import Daemon
import Protocol
import SwiftProtobuf

extension AgentSession {
    /// Asks for the node's clock where that is due, and notes what an answer says. Called with every
    /// message before anything else is done with it, and with none at the session's beginning.
    func probe(
        _ probes: inout SessionProbes,
        hearing message: WireAgentMessage? = nil,
        in session: NodeRegistry.Session.Key
    ) {
        if case .probeResult(let result)? = message?.message, case .clock(let clock) = result.kind {
            let estimate = probes.answer(
                result.number,
                received: clock.received,
                answered: clock.answered,
                at: .now()
            )
            if let estimate { service.registry.note(session, clock: estimate, at: service.now()) }
        }
        guard let number = probes.question(at: .now()) else { return }
        let question = WireProbe.with {
            $0.number = number
            $0.clock = WireClockProbe()
        }
        service.registry.send(.with { $0.probe = question }, to: node)
    }
}

extension ProbeTime {
    /// This moment.
    static func now() -> ProbeTime {
        ProbeTime(wall: WallClock.microseconds(), monotonic: WallClock.monotonicMicroseconds())
    }
}

extension WireNodeClock {
    /// An estimate on the wire.
    init(_ estimate: ClockEstimate, at: Int64) {
        self.init()
        shortestRoundTrip = estimate.shortestRoundTrip
        medianRoundTrip = estimate.medianRoundTrip
        skew = estimate.skew
        uncertainty = estimate.uncertainty
        probes = Int32(clamping: estimate.probes)
        self.at = at
    }
}
