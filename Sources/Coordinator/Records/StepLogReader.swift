import Conduct
import Plan
import Protocol
import RolloutEngine

/// Tells one reader what steps of a rollout said, and, where asked for, what they will say until the
/// rollout ends.
struct StepLogReader: Sendable {
    /// What is asked for.
    let request: WireLogsRequest
    /// Where lines are.
    let store: Store
    /// Where they come from.
    let logs: StepLogs

    private static let page = 500

    /// Tells all lines.
    func run(tell: (WireLogLine) async throws -> Void) async throws {
        let (graph, first) = try await beginning()
        let steps = try selection(in: graph)
        // Listened to before anything is read, so that nothing falls in between.
        guard let news = logs.bell.listen() else { throw ServiceFailure.stopping }
        var last = first
        if request.last > 0 {
            let start = try await number(before: Int(request.last), steps)
            last = max(last, start)
        }
        if try await catchUp(&last, graph, steps, tell) || !request.follow { return }
        for await _ in news where try await catchUp(&last, graph, steps, tell) { return }
        throw ServiceFailure.stopping
    }

    /// Tells what is new; whether that was the last.
    private func catchUp(
        _ last: inout Int64,
        _ graph: StepGraph,
        _ steps: Set<StepID>?,
        _ tell: (WireLogLine) async throws -> Void
    ) async throws -> Bool {
        // Asked before the lines are read: what is said after the end concerns nobody.
        let hasEnded = try await row().ended != nil
        if hasEnded { await logs.flush() }
        while true {
            let (rollout, number) = (request.rolloutID, last)
            let rows = try await store.serve { db throws in
                try StepLogTable.rows(
                    of: rollout,
                    steps: steps,
                    after: number,
                    limit: Self.page,
                    in: db
                )
            }
            for row in rows {
                try await tell(WireLogLine(row, in: graph))
                last = row.number
            }
            if rows.count < Self.page { return hasEnded }
        }
    }

    private func beginning() async throws -> (StepGraph, Int64) {
        guard request.after >= 0, request.last >= 0 else {
            throw ServiceFailure.invalid("lines are counted from 0 on")
        }
        let row = try await row()
        await logs.flush()
        do throws(StoreFailure) {
            return (try FrozenRollout(row.frozen, of: row.id).graph, request.after)
        } catch {
            throw ServiceFailure.store(error)
        }
    }

    private func row() async throws(ServiceFailure) -> RolloutRow {
        let id = request.rolloutID
        let row = try await store.serve { db throws in try RolloutTable.find(id, in: db) }
        guard let row else { throw .notFound("there was never a rollout '\(id)'") }
        return row
    }

    private func number(
        before last: Int,
        _ steps: Set<StepID>?
    ) async throws(ServiceFailure) -> Int64 {
        let rollout = request.rolloutID
        return try await store.serve { db throws in
            try StepLogTable.number(before: last, of: rollout, steps: steps, in: db)
        }
    }

    /// The steps that are asked for; nothing for all.
    private func selection(in graph: StepGraph) throws(ServiceFailure) -> Set<StepID>? {
        var found = graph.steps
        if !request.host.isEmpty {
            found = found.filter {
                request.host == $0.subject.description || request.host == $0.executor.description
            }
            guard !found.isEmpty else {
                let hosts = Set(graph.steps.map(\.subject)).sorted().map(\.description)
                throw .notFound(
                    "rollout \(request.rolloutID) has no host '\(request.host)'; it has "
                        + hosts.joined(separator: ", ")
                )
            }
        }
        if !request.step.isEmpty {
            let among = found
            found = found.filter { $0.isCalled(request.step) }
            guard !found.isEmpty else {
                let names = Set(among.map { $0.nameWithoutHost }).sorted()
                throw .notFound(
                    "rollout \(request.rolloutID) has no such step '\(request.step)'; it has "
                        + names.joined(separator: ", ")
                )
            }
        }
        return request.host.isEmpty && request.step.isEmpty ? nil : Set(found.map(\.id))
    }
}

extension StepNode {
    /// `k3s-server` of `kube-japan.k3s-server`.
    fileprivate var nameWithoutHost: String {
        let prefix = "\(subject)."
        let name = id.description
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    fileprivate func isCalled(_ name: String) -> Bool {
        id.description == name || nameWithoutHost == name
    }
}

extension WireLogLine {
    /// A kept line on the wire.
    fileprivate init(_ row: StepLogRow, in graph: StepGraph) {
        self.init()
        number = row.number
        at = row.line.at
        stepID = row.line.step.description
        node = graph.steps.first { $0.id == row.line.step }?.subject.description ?? ""
        attempt = Int32(clamping: row.line.attempt)
        place = row.place
        line = row.line.text
    }
}
