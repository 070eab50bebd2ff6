import Plan
import Yams

/// Reads YAML as far as it says what JSON could say: no anchors, aliases, merge keys or tags, one
/// document, texts as keys. libyaml refuses more than 1000 levels, so that composing stays within
/// the stack; this reader refuses more than `PlanTree.depthLimit`.
enum YAMLReader {
    /// Reads a text that `PlanText` has checked.
    static func read(_ text: String) throws(PlanProblem) -> PlanTree {
        try refuseExpansion(text)
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            let root = try parser.singleRoot()
            // Nodes know their anchors only while the parser lives.
            return try withExtendedLifetime(parser) {
                guard let root else {
                    throw problem(nil, "The plan is empty.", "Begin with one of the examples.")
                }
                return PlanTree(root: try convert(root, at: .root), problems: [])
            }
        } catch let problem as PlanProblem {
            throw problem
        } catch let error as YamlError {
            throw YAMLFailure.problem(error, in: text)
        } catch {
            throw problem(nil, "The plan cannot be read as YAML: \(error).", "Check its syntax.")
        }
    }

    /// Refuses texts whose aliases could multiply before they are seen: Yams follows aliases while
    /// it looks for duplicate keys. Few of them cannot grow far; they are refused where they stand.
    private static func refuseExpansion(_ text: String) throws(PlanProblem) {
        let bytes = Array(text.utf8)
        var firstAnchor: Int?
        var aliases = 0
        var previous = UInt8(ascii: "\n")
        for (offset, byte) in bytes.enumerated() {
            if " \t\r\n[{,:?-".utf8.contains(previous) {
                if byte == UInt8(ascii: "&"), firstAnchor == nil { firstAnchor = offset }
                if byte == UInt8(ascii: "*") { aliases += 1 }
            }
            previous = byte
        }
        guard let firstAnchor, aliases > 8 else { return }
        throw anchorProblem(PlanText.position(of: firstAnchor, in: bytes), .root)
    }

    private static func convert(
        _ node: Node,
        at pointer: PlanPointer
    ) throws(PlanProblem) -> PlanNode {
        let position = place(node.mark)
        guard pointer.tokens.count <= PlanTree.depthLimit else {
            throw problem(
                node.mark,
                "More than \(PlanTree.depthLimit) levels stand within one another.",
                "A plan needs no more than five: check the indentation."
            )
        }
        guard node.anchor == nil else { throw anchorProblem(position, pointer) }
        switch node {
        case .scalar(let scalar):
            return PlanNode(position: position, content: try content(of: scalar, at: pointer))
        case .sequence(let sequence):
            try refuseTag(sequence.tag, node.mark, pointer)
            var values: [PlanNode] = []
            for (index, value) in sequence.enumerated() {
                values.append(try convert(value, at: pointer.index(index)))
            }
            return PlanNode(position: position, content: .list(values))
        case .mapping(let mapping):
            try refuseTag(mapping.tag, node.mark, pointer)
            var members: [PlanMember] = []
            for (key, value) in mapping {
                members.append(try member(key, value, at: pointer))
            }
            return PlanNode(position: position, content: .object(members))
        case .alias:
            throw anchorProblem(position, pointer)
        }
    }

    private static func member(
        _ key: Node,
        _ value: Node,
        at pointer: PlanPointer
    ) throws(PlanProblem) -> PlanMember {
        guard key.anchor == nil else { throw anchorProblem(place(key.mark), pointer) }
        guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
            throw problem(key.mark, "A key is no text.", "Write a name before the \":\".", pointer)
        }
        // Yams resolves the tags of keys while it looks for duplicates: to that of texts.
        if scalar.tag.rawValue != Tag.Name.str.rawValue {
            try refuseTag(scalar.tag, key.mark, pointer)
        }
        guard scalar.string != "<<" || scalar.style != .plain else {
            throw problem(
                key.mark,
                "A merge key (\"<<\") stands here.",
                "Write the values out: a plan says everything where it stands.",
                pointer
            )
        }
        return PlanMember(
            key: scalar.string,
            keyPosition: place(key.mark),
            value: try convert(value, at: pointer.key(scalar.string))
        )
    }

    private static func content(
        of scalar: Node.Scalar,
        at pointer: PlanPointer
    ) throws(PlanProblem) -> PlanNode.Content {
        try refuseTag(explicitTag(of: scalar), scalar.mark, pointer)
        return scalar.style == .plain ? YAMLScalar.content(scalar.string) : .string(scalar.string)
    }

    /// The tag that is written before a scalar. Yams gives every quoted one the tag of texts.
    private static func explicitTag(of scalar: Node.Scalar) -> Tag? {
        let isQuoted = scalar.style != .plain && scalar.tag.rawValue == Tag.Name.str.rawValue
        return isQuoted ? nil : scalar.tag
    }

    private static func refuseTag(
        _ tag: Tag?,
        _ mark: Mark?,
        _ pointer: PlanPointer
    ) throws(PlanProblem) {
        guard let tag, tag.rawValue != Tag.Name.implicit.rawValue else { return }
        throw problem(
            mark,
            "The tag \(Quotation.of(tag.rawValue)) stands here.",
            "Remove it; to make a value a text, write it in quotes.",
            pointer
        )
    }

    private static func anchorProblem(
        _ position: TextPosition,
        _ pointer: PlanPointer
    ) -> PlanProblem {
        PlanProblem(
            position,
            pointer,
            PlanComplaint(
                "An anchor (\"&…\") or alias (\"*…\") stands here.",
                advice: "Write the values out: a plan says everything where it stands."
            )
        )
    }

    private static func problem(
        _ mark: Mark?,
        _ message: String,
        _ advice: String,
        _ pointer: PlanPointer = .root
    ) -> PlanProblem {
        PlanProblem(place(mark), pointer, PlanComplaint(message, advice: advice))
    }

    private static func place(_ mark: Mark?) -> TextPosition {
        mark.map { TextPosition(line: $0.line, column: $0.column) } ?? .start
    }
}
