import Conduct
import Daemon
import Foundation
import Plan
import Protocol
import RolloutEngine
import SwiftProtobuf
import Testing

@testable import Coordinator

/// A driver on a store of its own, with fake agents: everything of a coordinator but the wire.
/// `restart` leaves nothing but the store, as a crash would.
final class DriverBench: Sendable {
    let folder: TemporaryFolder
    let store: Store
    let registry = NodeRegistry()
    let watchers = RolloutWatchers()
    let logs: StepLogs
    let events: EventHistory
    let driver: RolloutDriver
    let mailbox = CheckMailbox()
    let log = RecordedLog()
    let hosts: [HostID]

    init(
        _ folder: TemporaryFolder,
        now: @escaping @Sendable () -> Int64 = WallClock.now
    ) async throws {
        self.folder = folder
        store = try Store(path: folder.path + "/isthmus.sqlite")
        logs = StepLogs(store: store, logger: log.logger)
        events = EventHistory(store: store, logger: log.logger)
        driver = RolloutDriver(
            DriverSurroundings(
                store: store,
                registry: registry,
                watchers: watchers,
                logs: logs,
                events: events,
                logger: log.logger,
                now: now
            )
        )
        hosts = try ClusterPlan.sample().hosts.map(\.id)
        let hosts = hosts
        try await store.write { db in
            for host in hosts { try NodeTable.enrol(try .sample(host.description), in: db) }
        }
    }

    convenience init() async throws {
        try await self.init(TemporaryFolder())
    }

    func agents(
        answer: @escaping @Sendable (WireStepAssignment) -> WireStepResult? = FakeAgents.changed
    ) -> FakeAgents {
        FakeAgents(registry, answer: answer) { [driver, mailbox, registry] result, node in
            let report = StepReport(result)
            if (try? await driver.report(report, from: node)) == true { return }
            _ = mailbox.deliver(report, from: node)
            let receipt = WireResultReceipt.with { $0.executionID = result.executionID }
            registry.send(.with { $0.receipt = receipt }, to: node)
        }
    }

    func preparation(genuine: Bool = false) throws -> RolloutPreparation {
        let cache = try ArtifactCache(directory: folder.path + "/artifacts")
        return RolloutPreparation(
            cluster: "test",
            store: store,
            registry: registry,
            artifacts: StandInArtifacts(cache: cache),
            access: StandInAccess()
        )
    }

    func prepared(_ text: String = ClusterPlan.sampleText) async throws -> PreparedRollout {
        try await preparation().prepare(
            .with {
                $0.plan = Data(text.utf8)
                $0.fileName = "plan.json"
            }
        )
    }

    /// What a dry run of a plan's text tells.
    func dryRunEvents(of text: String) async throws -> [WireRolloutEvent] {
        var events: [WireRolloutEvent] = []
        try await dryRun(try await prepared(text)).run { events.append($0) }
        return events
    }

    /// A dry run of the plan. Each asks under an id of its own, as agents remember what they answered.
    func dryRun(_ ready: PreparedRollout? = nil) async throws -> DryRun {
        let plan: PreparedRollout
        if let ready { plan = ready } else { plan = try await prepared() }
        return DryRun(
            prepared: plan,
            id: RolloutID(random: .random(in: 0 ... .max)),
            registry: registry,
            mailbox: mailbox
        )
    }

    @discardableResult
    func begin(
        _ id: RolloutID = RolloutID(random: 1),
        failure: FailurePolicy = .pause
    ) async throws -> RolloutID {
        let plan = ClusterPlan.sampleText.replacing(
            "\"hosts\":",
            with: "\"policies\": {\"failure\": \"\(failure.rawValue)\"}, \"hosts\":"
        )
        try await driver.begin(try await prepared(plan).row(id, at: 1), id: id)
        return id
    }

    /// All events of a rollout, once it has ended.
    func events(of id: RolloutID, after number: Int64 = 0) async throws -> [WireRolloutEvent] {
        var events: [WireRolloutEvent] = []
        let watch = RolloutWatch(
            rollout: id.description,
            store: store,
            watchers: watchers,
            now: WallClock.now
        )
        try await watch.run(after: number) { events.append($0) }
        return events
    }

    /// What is in the journal.
    func journal(of id: RolloutID) async throws -> [JournalRow] {
        let rollout = id.description
        return try await store.read { db in try JournalTable.rows(of: rollout, in: db) }
    }

    /// Waits until a condition that others bring about holds; the test's time limit is its end.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }
}

extension [WireRolloutEvent] {
    /// The last event, where it is an end.
    var ending: WireRolloutEnded? {
        guard case .ended(let ended)? = last?.event else { return nil }
        return ended
    }

    /// The states that each step went through.
    var states: [String: [WireStepState]] {
        var states: [String: [WireStepState]] = [:]
        for event in self {
            guard case .step(let step)? = event.event else { continue }
            states[step.stepID, default: []].append(step.state)
        }
        return states
    }
}
