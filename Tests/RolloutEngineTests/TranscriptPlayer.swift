import Plan
import RolloutEngine

/// Reads a transcript's lines one by one, and says what the engine decides.
///
///     step ID on HOST [about HOST] [after ID, ID] [within SECONDS]
///     limit parallelism N | attempts N | failed hosts N | absence SECONDS | HOST, HOST to N
///     failure pause | continue | abort
///     SECONDS start | time | pause | resume | cancel | crash
///     SECONDS HOST comes [with EXECUTION, EXECUTION] | HOST goes
///     SECONDS EXECUTION changed | unchanged | fails | fails for good
///     SECONDS STEP is satisfied | is wanting
///     state
struct TranscriptPlayer {
    /// A line that means nothing.
    struct Unreadable: Error {
        var line: String
    }

    private var steps: [StepNode] = []
    private var limits = RolloutLimits(parallelism: 10, attempts: 3)
    private var rollout: Rollout?
    private var journal: [JournalRecord] = []

    /// What the engine says to a line.
    mutating func play(_ line: String) throws -> [String] {
        let words = line.split { $0 == " " || $0 == "," }.map(String.init)
        switch words.first {
        case nil, "#":
            return []
        case "step":
            steps.append(try Self.step(words, line))
            return []
        case "limit", "failure":
            try limit(words, line)
            return []
        case "state":
            return state
        case let time?:
            guard let seconds = Double(time), words.count > 1 else { throw Unreadable(line: line) }
            let now = Int64(seconds * 1000 + 0.5)
            if words[1] == "crash" { return try crash(at: now) }
            return try send(try Self.event(Array(words.dropFirst()), at: now, line))
        }
    }

    private mutating func send(_ event: RolloutEvent) throws -> [String] {
        var rollout = try rollout ?? restored()
        let decision = rollout.handle(event)
        self.rollout = rollout
        journal += decision.records
        let answers =
            decision.records.map(TranscriptWords.words)
            + decision.effects.map { "-> " + TranscriptWords.words($0) }
        return answers.isEmpty ? ["nothing"] : answers
    }

    /// The process is gone; the next reads the journal, and hears nothing but what it asks for.
    private mutating func crash(at now: Int64) throws -> [String] {
        rollout = try restored()
        return rollout?.pendingEffects(at: now).map { "-> " + TranscriptWords.words($0) } ?? []
    }

    private func restored() throws -> Rollout {
        Rollout(
            id: rolloutID,
            graph: try StepGraph(steps),
            limits: limits,
            seed: 7,
            replaying: journal
        )
    }

    private var state: [String] {
        guard let rollout else { return [] }
        let state = rollout.state
        return ["\(TranscriptWords.words(state.phase))"]
            + rollout.graph.steps.map { step in
                "\(step.id): \(state.steps[step.id].map(TranscriptWords.words) ?? "?")"
            }
    }
}

extension TranscriptPlayer {
    private static func step(_ words: [String], _ line: String) throws -> StepNode {
        let keywords: Set<String> = ["step", "on", "about", "after", "within"]
        var values: [String: [String]] = [:]
        var keyword = ""
        for word in words {
            if keywords.contains(word) {
                keyword = word
                values[word] = []
            } else {
                values[keyword, default: []].append(word)
            }
        }
        guard let id = values["step"]?.first, let executor = values["on"]?.first else {
            throw Unreadable(line: line)
        }
        return node(
            id,
            on: executor,
            about: values["about"]?.first,
            after: values["after"] ?? [],
            timeout: (values["within"]?.first.flatMap { Int64($0) } ?? 60) * 1000
        )
    }

    private mutating func limit(_ words: [String], _ line: String) throws {
        guard let last = words.last else { throw Unreadable(line: line) }
        switch (words.dropFirst().first, Int(last)) {
        case ("parallelism", let count?): limits.parallelism = count
        case ("attempts", let count?): limits.attempts = count
        case ("failed", let count?): limits.failedHosts = count
        case ("absence", let seconds?): limits.absence = Int64(seconds) * 1000
        case (_, let count?):
            let hosts = words.dropFirst().prefix { $0 != "to" }.map(host)
            limits.groups.append(HostGroup(hosts: Set(hosts), parallelism: count))
        case (_, nil):
            guard let failure = FailurePolicy(rawValue: last) else { throw Unreadable(line: line) }
            limits.failure = failure
        }
    }

    private static func event(
        _ words: [String],
        at now: Int64,
        _ line: String
    ) throws -> RolloutEvent {
        switch (words[0], words.dropFirst().first) {
        case ("start", nil): return .began(at: now)
        case ("time", nil): return .clockAdvanced(to: now)
        case ("pause", nil): return .pauseRequested(at: now)
        case ("resume", nil): return .resumeRequested(at: now)
        case ("cancel", nil): return .cancelRequested(at: now)
        case (let name, "is"?):
            return .looked(StepID(name), isSatisfied: words.last == "satisfied", at: now)
        case (let name, "comes"?):
            let unfinished = Set(words.dropFirst(3).map(execution))
            return .agentConnected(host(name), unfinished: unfinished, at: now)
        case (let name, "goes"?): return .agentDisconnected(host(name), at: now)
        case (let name, "changed"?):
            return .executionEnded(execution(name), .changed(changes: "[]"), at: now)
        case (let name, "unchanged"?): return .executionEnded(execution(name), .unchanged, at: now)
        case (let name, "fails"?):
            let failure = StepFailure("no luck", isPermanent: words.last == "good")
            return .executionEnded(execution(name), .failed(failure), at: now)
        default: throw Unreadable(line: line)
        }
    }

    /// Executions are written without their rollout.
    private static func execution(_ text: String) -> ExecutionID {
        ExecutionID("\(rolloutID).\(text)")
    }
}
