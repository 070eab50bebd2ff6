internal import NIOCore

/// The log of a server about its peers, in two parts with an allowance each: a flood of strangers must
/// not hide what a peer with a certificate does, nor fill the log.
final class PeerLog: Sendable {
    private struct State {
        var strangers = LogAllowance()
        var known = LogAllowance()
        var isSummaryDue = false
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void

    init(_ write: @escaping @Sendable (String) -> Void) {
        self.write = write
    }

    /// Says a line, if there is allowance for one; otherwise it is counted, and the count follows
    /// within ten seconds.
    func say(_ line: String, isStranger: Bool, on loop: any EventLoop) {
        let now = NIODeadline.now().uptimeNanoseconds
        let (unsaid, schedules) = state.withLock { state in
            let unsaid =
                isStranger ? state.strangers.admit(at: now) : state.known.admit(at: now)
            guard unsaid == nil, !state.isSummaryDue else { return (unsaid, false) }
            state.isSummaryDue = true
            return (unsaid, true)
        }
        if let unsaid { write(unsaid == 0 ? line : "\(line); and \(unsaid) more before it") }
        if schedules { loop.scheduleTask(in: .seconds(10)) { self.summarize() } }
    }

    private func summarize() {
        let (strangers, known) = state.withLock { state in
            state.isSummaryDue = false
            return (state.strangers.takeUnsaid(), state.known.takeUnsaid())
        }
        if strangers > 0 { write("and \(strangers) more lines about peers without a certificate") }
        if known > 0 { write("and \(known) more lines about peers with a certificate") }
    }
}
