import Foundation
import Protocol
import Steps

/// What a rollout looks like to one who watches it: fed with the coordinator's events, asked for text.
///
/// A value without clock, file or terminal. All text that comes from agents is cleaned when it comes in.
/// Events may come twice or name steps that were never announced; neither does harm.
struct RolloutView: Sendable {
    private(set) var id = ""
    private(set) var cluster = ""
    private(set) var digest = ""
    /// Milliseconds since 1970, by the coordinator's clock; 0 before the first event.
    private(set) var startedAt: Int64 = 0
    /// The same, once it ended.
    private(set) var endedAt: Int64?
    private(set) var end: WireRolloutEnded?
    /// Hosts of earlier plans that this one has no more.
    private(set) var departed: [DepartedView] = []
    /// In what the plan differs from that of the last rollout; empty where it does not.
    private(set) var news = ""
    /// Whether no further step begins for now.
    private(set) var isPaused = false
    /// In the plan's order.
    private(set) var steps: [StepView] = []
    /// Indices into `steps`, under the nodes in the plan's order.
    private(set) var nodes: [(id: String, steps: [Int])] = []
    private var index: [String: Int] = [:]

    /// Takes one event in.
    mutating func apply(_ event: WireRolloutEvent) {
        switch event.event {
        case .started(let started): begin(started, at: event.at)
        case .step(let change):
            guard let place = index[change.stepID] else { return }
            steps[place].apply(change, at: event.at)
        case .line(let line):
            guard let place = index[line.stepID] else { return }
            steps[place].lastLine = TerminalText.cleaned(line.line)
        case .paused:
            isPaused = true
        case .resumed:
            isPaused = false
            for place in steps.indices { steps[place].forgive(at: event.at) }
        case .ended(let ended):
            end = ended
            endedAt = event.at
        case nil: break
        }
    }

    /// The step of that id.
    func step(_ id: String) -> StepView? {
        index[id].map { steps[$0] }
    }

    /// How many steps are in a state.
    func count(_ state: StepView.State) -> Int {
        steps.count { $0.state == state }
    }

    /// How many steps came to a good end.
    var done: Int { steps.count { $0.state.isDone } }

    private mutating func begin(_ started: WireRolloutStarted, at: Int64) {
        guard steps.isEmpty else { return }
        id = TerminalText.cleaned(started.rolloutID)
        cluster = TerminalText.cleaned(started.cluster)
        digest = TerminalText.cleaned(started.digest)
        startedAt = at
        news = TerminalText.cleaned(started.news)
        departed = started.departed.map(DepartedView.init)
        var places: [String: Int] = [:]
        for summary in started.steps where index[summary.id] == nil {
            let step = StepView(summary)
            index[summary.id] = steps.count
            if let place = places[step.node] {
                nodes[place].steps.append(steps.count)
            } else {
                places[step.node] = nodes.count
                nodes.append((step.node, [steps.count]))
            }
            steps.append(step)
        }
    }
}

/// One step of a watched rollout.
struct StepView: Sendable {
    /// How far a step is.
    enum State: String, Sendable {
        case waiting
        case running
        case unchanged
        case changed
        case retrying
        case failed
        case skipped

        /// Whether it came to a good end.
        var isDone: Bool { self == .changed || self == .unchanged }
    }

    let id: String
    let node: String
    let executor: String
    let kind: String
    let title: String
    /// Ids of the steps that it builds on.
    let dependsOn: [String]
    private(set) var state = State.waiting
    private(set) var attempt = 1
    /// When the running attempt began and when the state last changed; milliseconds since 1970.
    private(set) var began: Int64 = 0
    private(set) var since: Int64 = 0
    private(set) var message = ""
    private(set) var details: [String] = []
    private(set) var remedy = ""
    private(set) var changes: [Change] = []
    /// In a dry run, what the changes disturb.
    private(set) var disruption = Disruption.none
    /// The last line of output.
    fileprivate(set) var lastLine = ""

    fileprivate init(_ summary: WireStepSummary) {
        id = TerminalText.cleaned(summary.id)
        node = TerminalText.cleaned(summary.node)
        executor = TerminalText.cleaned(summary.executor)
        kind = TerminalText.cleaned(summary.kind)
        title = TerminalText.cleaned(summary.title)
        dependsOn = summary.dependsOn.map(TerminalText.cleaned)
    }

    fileprivate mutating func apply(_ change: WireStepStateChanged, at: Int64) {
        guard let state = State(change.state) else { return }
        self.state = state
        attempt = max(1, Int(change.attempt))
        since = at
        if state == .running { began = at }
        if state == .running || state == .retrying { lastLine = "" }
        message = TerminalText.cleaned(change.message)
        details = change.details.map(TerminalText.cleaned)
        remedy = TerminalText.cleaned(change.remedy)
        changes = Change.list(in: change.changes)
        disruption = Disruption(rawValue: change.disruption) ?? .none
    }

    /// A failed step waits again.
    fileprivate mutating func forgive(at: Int64) {
        guard state == .failed else { return }
        state = .waiting
        since = at
    }
}

extension StepView.State {
    /// Nothing where the wire's state is of a later release.
    init?(_ state: WireStepState) {
        switch state {
        case .pending: self = .waiting
        case .running: self = .running
        case .unchanged: self = .unchanged
        case .changed: self = .changed
        case .retrying: self = .retrying
        case .failed: self = .failed
        case .skipped: self = .skipped
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
