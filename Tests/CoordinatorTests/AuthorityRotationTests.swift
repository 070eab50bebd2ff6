import Plan
import Testing

@testable import Coordinator

@Suite struct AuthorityRotationTests {
    typealias Phase = AuthorityRotation.Phase

    /// Every phase with every action; `nil` is no rotation, a text the refusal.
    static let table: [(Phase?, RotationAction, Result<RotationDecision, RotationRefusal>)] = [
        (nil, .start, .success(.introduce)),
        (nil, .sign, .failure(.notStarted)),
        (nil, .back, .failure(.notStarted)),
        (nil, .finish(leavingBehind: true), .failure(.notStarted)),
        (.introduced, .start, .success(.unchanged)),
        (.introduced, .sign, .success(.move(.signing))),
        (.introduced, .back, .success(.move(.returning))),
        (.introduced, .finish(leavingBehind: true), .failure(.nothingSigned)),
        (.signing, .start, .failure(.underWay(.signing))),
        (.signing, .sign, .success(.unchanged)),
        (.signing, .back, .success(.move(.returning))),
        (.signing, .finish(leavingBehind: true), .success(.move(.finishing))),
        (.returning, .start, .failure(.underWay(.returning))),
        (.returning, .sign, .success(.move(.signing))),
        (.returning, .back, .success(.unchanged)),
        (.returning, .finish(leavingBehind: true), .success(.move(.dropping))),
        (.finishing, .start, .failure(.ending(.finishing))),
        (.finishing, .sign, .failure(.ending(.finishing))),
        (.finishing, .back, .failure(.ending(.finishing))),
        (.finishing, .finish(leavingBehind: false), .success(.move(.finishing))),
        (.dropping, .start, .failure(.ending(.dropping))),
        (.dropping, .sign, .failure(.ending(.dropping))),
        (.dropping, .back, .failure(.ending(.dropping))),
        (.dropping, .finish(leavingBehind: false), .success(.move(.dropping))),
    ]

    private static func decide(
        _ action: RotationAction,
        in phase: Phase?,
        behind: [String] = []
    ) -> Result<RotationDecision, RotationRefusal> {
        Result { () throws(RotationRefusal) in
            try AuthorityRotation.decide(action, in: phase, behind: behind)
        }
    }

    @Test func `every phase answers every action`() {
        #expect(Self.table.count == (Phase.allCases.count + 1) * 4)
        for (phase, action, answer) in Self.table {
            let behind = action == .finish(leavingBehind: true) ? ["seoul"] : []
            #expect(
                Self.decide(action, in: phase, behind: behind) == answer,
                "\(String(describing: phase)) \(action)"
            )
        }
    }

    @Test(arguments: [Phase.signing, .returning])
    func `nobody is locked out unasked`(phase: Phase) {
        let action = RotationAction.finish(leavingBehind: false)
        #expect(Self.decide(action, in: phase, behind: ["seoul"]) == .failure(.behind(["seoul"])))
        guard case .success(.move(let end)) = Self.decide(action, in: phase) else {
            Issue.record("with nobody behind it ends")
            return
        }
        #expect(end.survivor == phase.signer)
    }

    @Test func `whoever signs is believed, in every phase`() {
        for phase in Phase.allCases { #expect(phase.believed.contains(phase.signer), "\(phase)") }
    }

    @Test func `no step makes anyone unknown who was signed for before it`() {
        for (phase, _, answer) in Self.table {
            guard let phase, case .success(.move(let next)) = answer else { continue }
            #expect(next.believed.contains(phase.signer), "\(phase) to \(next)")
        }
    }

    @Test(
        arguments: [
            (.introduced, "old", ["old"], .behind),
            (.introduced, "old", ["old", "new"], .caughtUp),
            (.signing, "old", ["old", "new"], .behind), (.signing, "new", ["old"], .behind),
            (.signing, "new", ["old", "new"], .caughtUp), (.signing, "", [], .behind),
            (.returning, "new", ["old", "new"], .behind), (.returning, "old", ["old"], .caughtUp),
        ] as [(Phase, String, Set<String>, NodeTrust.Progress)]
    )
    func `a node has caught up when it has what the phase is about`(
        phase: Phase,
        issuer: String,
        believed: Set<String>,
        progress: NodeTrust.Progress
    ) throws {
        let node = try #require(HostID("seoul"))
        var trust = NodeTrust(
            node: node,
            issuer: issuer,
            believed: believed,
            certificateExpires: 100
        )
        let rotation = AuthorityRotation(phase: phase, since: 0, outgoing: "old", incoming: "new")
        let both = ["old", "new"]
        #expect(trust.progress(in: rotation, counting: both, at: 99) == progress)
        #expect(trust.progress(in: rotation, counting: both, at: 100) == .lost)
        #expect(trust.progress(in: nil, counting: both, at: 99) == .caughtUp)
        // One that never came may hold anything.
        let later: NodeTrust.Progress = issuer.isEmpty ? .caughtUp : .lost
        #expect(trust.progress(in: nil, counting: ["third"], at: 99) == later)
        trust.isRevoked = true
        #expect(trust.progress(in: rotation, counting: both, at: 99) == .lost)
    }
}
