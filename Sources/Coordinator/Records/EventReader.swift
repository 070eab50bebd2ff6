import Plan
import Protocol

/// Tells one reader what happened, and, where asked for, what will.
struct EventReader: Sendable {
    /// What is asked for.
    let request: WireEventsRequest
    /// Where events are.
    let store: Store
    /// Where they come from.
    let events: EventHistory

    private static let page = 500

    /// Tells all events; with `follow` until the reader or the coordinator goes.
    func run(tell: (WireClusterEvent) async throws -> Void) async throws {
        let node = try node()
        guard let news = events.bell.listen() else { throw ServiceFailure.stopping }
        await events.flush()
        var last = request.after
        try await catchUp(&last, node, tell)
        guard request.follow else { return }
        for await _ in news { try await catchUp(&last, node, tell) }
        await events.flush()
        try await catchUp(&last, node, tell)
        throw ServiceFailure.stopping
    }

    private func node() throws(ServiceFailure) -> HostID? {
        guard request.after >= 0, request.since >= 0 else {
            throw .invalid("events are counted, and times begin, at 0")
        }
        guard !request.node.isEmpty else { return nil }
        guard let node = HostID(request.node) else {
            throw .invalid("'\(request.node)' is no node id: use 1 to 63 of a-z, 0-9 and -")
        }
        return node
    }

    private func catchUp(
        _ last: inout Int64,
        _ node: HostID?,
        _ tell: (WireClusterEvent) async throws -> Void
    ) async throws {
        while true {
            let (number, since) = (last, request.since)
            let rows = try await store.serve { db throws in
                try ClusterEventTable.rows(
                    after: number,
                    node: node,
                    since: since,
                    limit: Self.page,
                    in: db
                )
            }
            for row in rows {
                try await tell(WireClusterEvent(row))
                last = row.number
            }
            if rows.count < Self.page { return }
        }
    }
}

extension WireClusterEvent {
    /// A kept event on the wire.
    fileprivate init(_ row: ClusterEventRow) {
        self.init()
        number = row.number
        at = row.event.at
        kind = row.event.kind.rawValue
        node = row.event.node?.description ?? ""
        words = row.event.words
    }
}
