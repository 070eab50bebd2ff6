/// The JSON Schema (2020-12) of plans, made from the catalogue of fields, for editors and other
/// programs. It takes every plan that the reader takes; what it cannot say, the reader refuses
/// alone: rules between fields, ranges of addresses, words that mean a secret.
public enum PlanSchema {
    /// The schema as data.
    public static var value: PlanValue {
        var root = Part()
        for field in PlanField.all {
            root.add(field, at: steps(of: field.path)[...])
        }
        guard case .object(let members) = root.value(at: "") else { return .object([]) }
        let head: [PlanValue.Member] = [
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            .init("$id", .string("urn:isthmus:plan:v1alpha1")),
            .init(
                "title",
                .string("A plan of Isthmus: one Kubernetes cluster over several clouds")
            ),
        ]
        return .object(head + members)
    }

    /// The schema as a file: indented JSON that ends with a line feed.
    public static var text: String { value.indentedJSON() + "\n" }

    /// `hosts[].labels.*` as `hosts`, `[]`, `labels`, `*`.
    private static func steps(of path: String) -> [String] {
        path.split(separator: ".").flatMap { part in
            part.hasSuffix("[]") ? [String(part.dropLast(2)), "[]"] : [String(part)]
        }
    }
}

/// A place in a plan and what is inside it.
private struct Part {
    private var field: PlanField?
    private var members: [(key: String, part: Part)] = []

    mutating func add(_ field: PlanField, at steps: ArraySlice<String>) {
        guard let step = steps.first else {
            self.field = field
            return
        }
        if let index = members.firstIndex(where: { $0.key == step }) {
            members[index].part.add(field, at: steps.dropFirst())
        } else {
            var part = Part()
            part.add(field, at: steps.dropFirst())
            members.append((step, part))
        }
    }

    /// The schema of what stands at a path.
    func value(at path: String) -> PlanValue {
        if let field { return field.schema }
        if let entry = members.first, entry.key == "[]" { return list(of: entry.part, at: path) }
        if let entry = members.first, entry.key == "*" {
            return dictionary(of: entry.part, at: path)
        }
        return object(at: path)
    }

    private func object(at path: String) -> PlanValue {
        let properties = members.map { member in
            PlanValue.Member(member.key, member.part.value(at: inside(path, member.key)))
        }
        let required = members.filter { $0.part.isRequired(at: inside(path, $0.key)) }
        var schema: [PlanValue.Member] = [.init("type", .string("object"))]
        if !required.isEmpty {
            schema.append(.init("required", .list(required.map { .string($0.key) })))
        }
        if PlanField.secrets.contains(path) {
            schema.append(.init("minProperties", .integer(1)))
            schema.append(.init("maxProperties", .integer(1)))
        }
        schema.append(.init("properties", .object(properties)))
        schema.append(.init("additionalProperties", .boolean(false)))
        return .object(schema)
    }

    private func list(of entry: Part, at path: String) -> PlanValue {
        let items = PlanValue.Member("items", entry.value(at: path + "[]"))
        // A list of objects says something with each; one of texts is a set, and may be empty.
        let bound: PlanValue.Member =
            entry.field == nil
            ? .init("minItems", .integer(1)) : .init("uniqueItems", .boolean(true))
        return .object([.init("type", .string("array")), bound, items])
    }

    private func dictionary(of entry: Part, at path: String) -> PlanValue {
        let keys =
            path.hasPrefix("k3s.config")
            ? K3sOption.keyPattern : "^\(FieldShape.qualifiedName)$"
        return .object([
            .init("type", .string("object")),
            .init("propertyNames", .object([.init("pattern", .string(keys))])),
            .init("additionalProperties", entry.value(at: inside(path, "*"))),
        ])
    }

    /// Whether the object around must have this.
    private func isRequired(at path: String) -> Bool {
        if let field { return field.absence == .refused }
        if PlanField.demanded.contains(path) { return true }
        guard !PlanField.optional.contains(path) else { return false }
        return members.contains { member in
            member.part.isRequired(at: member.key == "[]" ? path + "[]" : inside(path, member.key))
        }
    }

    private func inside(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : path + "." + key
    }
}

extension PlanField {
    /// The schema of the field's values.
    fileprivate var schema: PlanValue {
        let words = PlanValue.Member("description", .string(description))
        let kind: [PlanValue.Member] =
            switch shape {
            case .text(let pattern) where pattern.isEmpty: [.init("type", .string("string"))]
            case .text(let pattern):
                [.init("type", .string("string")), .init("pattern", .string(pattern))]
            case .word(let words): [.init("enum", .list(words.map(PlanValue.string)))]
            case .integer(let range, let word):
                [
                    .init("minimum", .integer(Int64(range.lowerBound))),
                    .init("maximum", .integer(Int64(range.upperBound))),
                ]
                    + (word.map {
                        [
                            .init("type", .list([.string("integer"), .string("string")])),
                            .init("pattern", .string("^\($0)$")),
                        ]
                    } ?? [.init("type", .string("integer"))])
            case .boolean: [.init("type", .string("boolean"))]
            case .option:
                [
                    .init(
                        "type",
                        .list(["string", "integer", "boolean", "array"].map(PlanValue.string))
                    ),
                    .init("items", .object([.init("type", .string("string"))])),
                ]
            }
        return .object([words] + kind + [defaultValue].compactMap(\.self))
    }

    /// The meaning, and what holds where the field is left out.
    private var description: String {
        let text = meaning.replacing("`", with: "")
        guard case .value(let value, let reason) = absence else { return text }
        return "\(text) Default: \(value) (\(reason))."
    }

    private var defaultValue: PlanValue.Member? {
        guard case .value(let text, _) = absence, !path.hasSuffix("]"), !path.hasSuffix("*") else {
            return nil
        }
        return switch shape {
        case .word(let words) where words.contains(text): .init("default", .string(text))
        case .integer: Int64(text).map { .init("default", .integer($0)) }
        case .boolean: .init("default", .boolean(text == "true"))
        default: nil
        }
    }
}
