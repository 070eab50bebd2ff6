/// More nodes than there are rows for: those worth a line, and the others in groups.
struct NodeCrowd {
    /// Nodes that do or wait for the same.
    struct Group: Equatable {
        /// The most urgent of their standings.
        let standing: NodeView.Standing
        /// What is said of them, after their number: `nodes done`.
        let words: String
        /// Who they are, the most urgent first.
        let names: [String]
    }

    /// The most urgent first.
    let shown: [NodeView]
    let groups: [Group]

    /// Divides the rows: groups leave at least half of them to nodes.
    init(_ nodes: [NodeView], room: Int) {
        let sorted = nodes.sorted {
            ($0.standing.urgency, $0.place) < ($1.standing.urgency, $1.place)
        }
        let urgent = sorted.filter(\.isUrgent)
        let calm = Self.groups(of: sorted.filter { !$0.isUrgent }, atMost: max(1, room / 2))
        if urgent.count + calm.count <= room {
            shown = urgent
            groups = calm
            return
        }
        guard room - 1 - calm.count > 0 else {
            shown = Array(urgent.prefix(max(0, room - 1)))
            groups = room > 0 ? [Self.sum(of: Array(sorted.dropFirst(shown.count)))] : []
            return
        }
        shown = Array(urgent.prefix(room - 1 - calm.count))
        groups = [Self.sum(of: Array(urgent.dropFirst(shown.count)))] + calm
    }

    /// One group for each thing that is waited for, the largest first, and for each way to be through.
    private static func groups(of nodes: [NodeView], atMost most: Int) -> [Group] {
        var reasons: [(words: String, nodes: [NodeView])] = []
        for node in nodes {
            let words = node.groupWords
            if let place = reasons.firstIndex(where: { $0.words == words }) {
                reasons[place].nodes.append(node)
            } else {
                reasons.append((words, [node]))
            }
        }
        let waiting = reasons.filter { $0.nodes[0].standing == .waiting }
            .sorted { $0.nodes.count > $1.nodes.count }
        let through = reasons.filter { $0.nodes[0].standing != .waiting }
        let ordered = (waiting + through).map { reason in
            Group(
                standing: reason.nodes[0].standing,
                words: reason.words,
                names: reason.nodes.map(\.id)
            )
        }
        guard ordered.count > most else { return ordered }
        let kept = ordered.prefix(most - 1)
        let names = Set(kept.flatMap(\.names))
        return kept + [sum(of: nodes.filter { !names.contains($0.id) })]
    }

    /// One line for whatever nodes.
    private static func sum(of nodes: [NodeView]) -> Group {
        let parts = NodeView.Standing.allCases.compactMap { standing -> String? in
            let count = nodes.count { $0.standing == standing }
            return count > 0 ? "\(count) \(standing.rawValue)" : nil
        }
        return Group(
            standing: nodes.map(\.standing).min { $0.urgency < $1.urgency } ?? .done,
            words: "more: " + parts.joined(separator: ", "),
            names: nodes.map(\.id)
        )
    }
}

extension NodeView {
    /// Whether an operator wants to see the node itself.
    fileprivate var isUrgent: Bool { standing.urgency <= Standing.running.urgency }

    /// What is said of it together with others.
    fileprivate var groupWords: String {
        switch standing {
        case .waiting: "waiting for \(awaited ?? "their turn")"
        default: standing.rawValue
        }
    }
}
