public import Plan

/// A value of a text and where it stands.
public struct DocumentNode: Sendable {
    /// Where its first character stands.
    public let position: TextPosition
    /// What it is.
    public let content: Content

    /// Puts a value at a place.
    public init(position: TextPosition, content: Content) {
        self.position = position
        self.content = content
    }

    /// What JSON can say.
    public indirect enum Content: Sendable {
        /// Nothing.
        case null
        /// `true` or `false`.
        case boolean(Bool)
        /// A number as it is written.
        case number(String)
        /// A text.
        case string(String)
        /// Values in their order.
        case list([DocumentNode])
        /// Keys and values in their order.
        case object([DocumentMember])
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
    public func member(_ key: String) -> DocumentMember? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key == key }
    }

    /// The value that a pointer names; nothing where the text has none.
    public func value(at pointer: PlanPointer) -> DocumentNode? {
        pointer.tokens.reduce(Optional(self)) { node, token in node?.child(token) }
    }

    /// Where the value stands that a pointer names, or where the nearest value around it stands.
    public func position(of pointer: PlanPointer) -> TextPosition {
        var node = self
        for token in pointer.tokens {
            guard let child = node.child(token) else { break }
            node = child
        }
        return node.position
    }

    /// Where the key stands that a pointer ends in; where its value stands or would stand, in a list.
    public func keyPosition(of pointer: PlanPointer) -> TextPosition {
        let around = value(at: PlanPointer(Array(pointer.tokens.dropLast())))
        return pointer.tokens.last.flatMap { around?.member($0)?.keyPosition }
            ?? position(of: pointer)
    }

    private func child(_ token: String) -> DocumentNode? {
        if case .list(let nodes) = content {
            guard let index = Int(token), nodes.indices.contains(index) else { return nil }
            return nodes[index]
        }
        return member(token)?.value
    }
}

/// A key of an object and its value.
public struct DocumentMember: Sendable {
    /// The key.
    public let key: String
    /// Where the key stands.
    public let keyPosition: TextPosition
    /// What stands under it.
    public let value: DocumentNode

    /// Joins a key and its value.
    public init(key: String, keyPosition: TextPosition, value: DocumentNode) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}

/// What a reader makes of a text: its values, and problems that do not hinder reading on.
public struct DocumentTree: Sendable {
    /// The text's one value.
    public let root: DocumentNode
    /// Problems such as a key that occurs twice.
    public let problems: [DocumentProblem]

    /// How deep values may stand within one another.
    static let depthLimit = 64
}
