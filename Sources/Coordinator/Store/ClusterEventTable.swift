import GRDB
import Plan

/// An event and its number.
struct ClusterEventRow: Sendable, Equatable {
    /// Grows from event to event, also over restarts; with gaps.
    var number: Int64
    /// What happened. A kind of a later release is not read.
    var event: ClusterEvent
}

/// `cluster_event`: what happened last. Bounded: 90 days; 5,000 events of connections in all and 200
/// for one node; 5,000 of all other kinds. The oldest go first.
enum ClusterEventTable {
    /// Milliseconds that an event is kept.
    static let longestAge: Int64 = 90 * 86_400_000
    /// Events of connections, and as many of all other kinds.
    static let mostOfAKind = 5_000
    /// Events of one node's connections.
    static let mostOfANode = 200

    static func create(in db: Database) throws {
        try db.create(table: "cluster_event", options: [.strict]) { table in
            table.autoIncrementedPrimaryKey("number")
            table.column("at", .integer).notNull()
            table.column("kind", .text).notNull()
            table.column("is_of_connections", .integer).notNull()
            table.column("node", .text)
            table.column("words", .text).notNull()
        }
        try db.create(
            index: "cluster_event_by_node",
            on: "cluster_event",
            columns: ["is_of_connections", "node", "number"]
        )
        try db.create(
            index: "cluster_event_by_kind",
            on: "cluster_event",
            columns: ["is_of_connections", "number"]
        )
    }

    /// Keeps events in their order, and forgets what is beyond the bounds.
    static func append(_ events: [ClusterEvent], in db: Database) throws {
        guard let last = events.last else { return }
        for event in events {
            try db.execute(
                sql: """
                    INSERT INTO cluster_event (at, kind, is_of_connections, node, words)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    event.at, event.kind.rawValue, event.kind.isOfConnections,
                    event.node?.description, event.words,
                ]
            )
        }
        let flapping = Set(events.filter(\.kind.isOfConnections).compactMap(\.node))
        for node in flapping {
            try forget(
                beyond: mostOfANode,
                where: "is_of_connections = 1 AND node = ?",
                [node.description],
                in: db
            )
        }
        for kind in [0, 1] {
            try forget(beyond: mostOfAKind, where: "is_of_connections = ?", [kind], in: db)
        }
        try db.execute(
            sql: "DELETE FROM cluster_event WHERE at < ?",
            arguments: [last.at - longestAge]
        )
    }

    /// At most `limit` events after a number, in order.
    static func rows(
        after number: Int64,
        node: HostID? = nil,
        since: Int64 = 0,
        limit: Int,
        in db: Database
    ) throws -> [ClusterEventRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT number, at, kind, node, words FROM cluster_event
                WHERE number > ? AND at >= ? AND (? IS NULL OR node = ?)
                ORDER BY number LIMIT ?
                """,
            arguments: [number, since, node?.description, node?.description, limit]
        ).compactMap { row in
            guard let kind = ClusterEvent.Kind(rawValue: row["kind"]) else { return nil }
            let name: String? = row["node"]
            let event = ClusterEvent(
                kind: kind,
                node: name.flatMap { HostID($0) },
                words: row["words"],
                at: row["at"]
            )
            return ClusterEventRow(number: row["number"], event: event)
        }
    }

    private static func forget(
        beyond limit: Int,
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws {
        let last = try Int64.fetchOne(
            db,
            sql: """
                SELECT number FROM cluster_event WHERE \(condition)
                ORDER BY number DESC LIMIT 1 OFFSET \(limit)
                """,
            arguments: arguments
        )
        guard let last else { return }
        try db.execute(
            sql: "DELETE FROM cluster_event WHERE \(condition) AND number <= ?",
            arguments: arguments + [last]
        )
    }
}
