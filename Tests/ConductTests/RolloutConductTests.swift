import Conduct
import Plan
import Protocol
import RolloutEngine
import Steps
import Testing

@Suite struct RolloutConductTests {
    private let a = host("a")
    private let b = host("b")

    @Test func `a result is acknowledged, and what it made is handed on and kept`() throws {
        var conduct = try tokens()
        _ = conduct.take(.init(.began(at: 1)))
        let assigned = conduct.take(.init(a, unfinished: [], session: 1, at: 2))
        #expect(words(assigned) == ["assign r-00000001.make.1 to a over 1", "wake"])
        _ = conduct.take(.init(b, unfinished: [], session: 2, at: 3))
        let made = conduct.take(result(of: "make", by: a, outputs: ["token": Secret("K10")]))
        #expect(
            words(made) == [
                "receipt r-00000001.make.1 to a", "assign r-00000001.use.1 to b over 2", "wake",
            ]
        )
        #expect(
            made.outputs == [OutputReference(step: StepID("make"), name: "token"): Secret("K10")]
        )
        guard case .send(let message, _, _) = made.actions[1] else { return }
        #expect(message.assignment.inputs.mapValues { [UInt8]($0) } == ["token": Array("K10".utf8)])
    }

    /// What was decided by the hello of one session may be carried out late, when the agent's process
    /// is another: it may have lost a result that it had sent.
    @Test func `an assignment goes over the session by which it was decided`() throws {
        var conduct = try tokens()
        _ = conduct.take(.init(.began(at: 1)))
        _ = conduct.take(.init(a, unfinished: [], session: 1, at: 2))
        let again = conduct.take(.init(a, unfinished: [], session: 7, at: 3))
        #expect(words(again).first == "assign r-00000001.make.1 to a over 7")
        _ = conduct.take(.init(.agentDisconnected(a, at: 4)))
        let cancelled = conduct.take(.init(.cancelRequested(at: 5)))
        #expect(words(cancelled) == ["wake"])
    }

    /// There is nothing to do for `make`, and so nothing that `use` could be handed.
    @Test func `what follows a step with nothing to do is looked at`() throws {
        var conduct = try tokens(about: a)
        _ = conduct.take(.init(b, unfinished: [], session: 2, at: 1))
        _ = conduct.take(.init(a, unfinished: [], session: 1, at: 1))
        _ = conduct.take(.init(.began(at: 1)))
        let made = conduct.take(result(of: "make", by: a, outputs: [:]))
        #expect(
            words(made) == [
                "receipt r-00000001.make.1 to a", "assign r-00000001.use.1 to b over 2",
                "look r-00000001.last.0 to a over 1", "wake",
            ]
        )
        let seen = conduct.take(result(of: "last", attempt: 0, by: a, outputs: [:]))
        #expect(words(seen) == ["wake"])
        let used = conduct.take(result(of: "use", by: b, outputs: [:]))
        #expect(words(used) == ["receipt r-00000001.use.1 to b", "finish succeeded"])
        #expect(used.records.contains(.satisfied(StepID("last"), at: 9)))
    }

    /// A secret made on `a` that `b` needs.
    private func tokens(about subject: HostID? = nil) throws -> RolloutConduct {
        func node(
            _ id: String,
            on host: HostID,
            after before: String? = nil,
            _ inputs: [String: OutputReference]
        ) -> StepNode {
            StepNode(
                id: StepID(id),
                executor: host,
                subject: subject ?? host,
                kind: "test",
                title: id,
                dependsOn: inputs.values.map(\.step) + (before.map { [StepID($0)] } ?? []),
                inputs: inputs,
                timeout: 60_000
            )
        }
        let token = OutputReference(step: StepID("make"), name: "token")
        let spelling = FrozenRollout.FrozenStep(kind: "test", parameters: "{}")
        return RolloutConduct(
            id: RolloutID(random: 1),
            frozen: FrozenRollout(
                graph: try StepGraph(
                    [
                        node("make", on: a, [:]), node("use", on: b, ["token": token]),
                    ] + (subject == nil ? [] : [node("last", on: a, after: "use", [:])])
                ),
                steps: ["make": spelling, "use": spelling, "last": spelling],
                limits: RolloutLimits(parallelism: 2, attempts: 1),
                artifacts: ResolvedArtifacts(k3s: [:], installScript: "", kiloCRDs: [], kilo: [])
            ),
            seed: 1,
            replaying: [],
            outputs: [:]
        )
    }

    private func result(
        of step: String,
        attempt: Int = 1,
        by node: HostID,
        outputs: [String: Secret]
    ) -> RolloutConduct.Arrival {
        var report = StepReport(WireStepResult())
        report.execution = ExecutionID("r-00000001.\(step).\(attempt)")
        report.outcome = .unchanged
        report.outputs = outputs
        return .init(report, from: node, at: 9)
    }

    private func words(_ turn: RolloutConduct.Turn) -> [String] {
        turn.actions.map { action in
            switch action {
            case .send(let message, let node, let session):
                if case .assignment(let assignment) = message.message {
                    "\(assignment.mode == .check ? "look" : "assign") \(assignment.executionID) to \(node) over \(session)"
                } else {
                    "cancel \(message.cancel.executionID) to \(node) over \(session)"
                }
            case .acknowledge(let message, let node):
                "receipt \(message.receipt.executionID) to \(node)"
            case .wake: "wake"
            case .finish(let outcome): "finish \(outcome)"
            }
        }
    }
}

private func host(_ name: String) -> HostID {
    guard let id = HostID(name) else { preconditionFailure("\(name) is no host id") }
    return id
}
