import Daemon
import Protocol
import SwiftProtobuf

/// What the agent answers to probes.
enum ProbeAnswer {
    /// The answer, made at once; nothing to a kind of probe that takes a while to answer, or that this
    /// release does not know, which the coordinator takes for silence.
    static func to(_ probe: WireProbe, received: Int64) -> WireAgentMessage? {
        switch probe.kind {
        case .clock:
            .with {
                $0.probeResult.number = probe.number
                $0.probeResult.clock = .with {
                    $0.received = received
                    $0.answered = WallClock.microseconds()
                }
            }
        case .inspection, .listening, .path, .listeningEnd, nil: nil
        }
    }
}
