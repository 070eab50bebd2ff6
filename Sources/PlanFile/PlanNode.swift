import Plan

/// A value of a plan's text and where it stands.
struct PlanNode {
    let position: TextPosition
    let content: Content

    indirect enum Content {
        case null
        case boolean(Bool)
        /// A number as it is written.
        case number(String)
        case string(String)
        case list([PlanNode])
        case object([PlanMember])
    }

    /// What the value is, for people.
    var kind: String {
        switch content {
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// The value under a key, where this is an object that has it.
    func member(_ key: String) -> PlanMember? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key == key }
    }

    /// The value that a pointer names; nothing where the text has none.
    func value(at pointer: PlanPointer) -> PlanNode? {
        pointer.tokens.reduce(Optional(self)) { node, token in node?.child(token) }
    }

    /// Where the value stands that a pointer names, or where the nearest value around it stands.
    func position(of pointer: PlanPointer) -> TextPosition {
        var node = self
        for token in pointer.tokens {
            guard let child = node.child(token) else { break }
            node = child
        }
        return node.position
    }

    private func child(_ token: String) -> PlanNode? {
        if case .list(let nodes) = content {
            guard let index = Int(token), nodes.indices.contains(index) else { return nil }
            return nodes[index]
        }
        return member(token)?.value
    }
}

/// A key of an object and its value.
struct PlanMember {
    let key: String
    let keyPosition: TextPosition
    let value: PlanNode
}

/// What a reader makes of a text: its values, and problems that do not hinder reading on.
struct PlanTree {
    let root: PlanNode
    let problems: [PlanProblem]

    /// How deep values may stand within one another.
    static let depthLimit = 64
}
