/// When a session's agent is asked for its clock, and what came of it: a few times at once, then
/// every half minute. A value; times are told to it.
///
/// One probe is on its way at most. An agent of an earlier release passes probes over; after a few
/// it is left in peace.
struct SessionProbes: Sendable {
    /// Probes that are asked one after the other at the session's beginning.
    static let burst = 4
    /// Microseconds between two probes afterwards, and until one counts as unanswered.
    static let interval: Int64 = 30_000_000
    /// Answers that are remembered.
    static let memory = 8
    /// Probes left unanswered in a row before no more are asked in the session.
    static let patience = 3

    private struct Question {
        var number: Int64
        var asked: ProbeTime
        var isAnswered = false
    }

    private var samples: [ClockSample] = []
    private var last: Question?
    private var unanswered = 0

    /// The number of the probe to ask now; nothing where none is due.
    mutating func question(at now: ProbeTime) -> Int64? {
        if let last {
            let isSettling = last.isAnswered && samples.count < Self.burst
            guard isSettling || now.monotonic - last.asked.monotonic >= Self.interval else {
                return nil
            }
            unanswered = last.isAnswered ? 0 : unanswered + 1
        }
        guard unanswered < Self.patience else { return nil }
        let number = (last?.number ?? 0) + 1
        last = Question(number: number, asked: now)
        return number
    }

    /// Takes an answer in: what is known now; nothing where it answers no question, or cannot be true.
    mutating func answer(
        _ number: Int64,
        received: Int64,
        answered: Int64,
        at now: ProbeTime
    ) -> ClockEstimate? {
        guard let question = last, question.number == number, !question.isAnswered else {
            return nil
        }
        last?.isAnswered = true
        let sample = ClockSample(
            asked: question.asked,
            answeredAt: now,
            received: received,
            answered: answered
        )
        guard let sample else { return nil }
        samples = samples.suffix(Self.memory - 1) + [sample]
        return ClockEstimate(samples)
    }
}
