public import Plan

/// Reads the fields of one object. What is missing, wrong or unknown is noted and reading goes on;
/// a value that could not be read is nothing, and then a problem has been noted.
public struct ObjectReader {
    /// The way to the object.
    public let pointer: PlanPointer
    /// The object's place in the catalogue of fields.
    public let path: String

    private let position: TextPosition
    private let members: [String: DocumentMember]
    /// Whether the object is there and is one; else nothing in it can be missing.
    private let isReadable: Bool
    private let notes: ProblemNotes
    private let catalogue: any FieldCatalogue

    /// Looks at the keys of a value that should be an object.
    private init(
        _ node: DocumentNode,
        at pointer: PlanPointer,
        path: String,
        notes: ProblemNotes,
        catalogue: any FieldCatalogue
    ) {
        self.pointer = pointer
        self.path = path
        self.notes = notes
        self.catalogue = catalogue
        position = node.position
        guard case .object(let members) = node.content else {
            self.members = [:]
            isReadable = false
            notes.add(position, pointer, Reading.mismatch(node, expected: "an object"))
            return
        }
        isReadable = true
        self.members = Dictionary(
            members.map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let known = catalogue.keys(of: path)
        for member in members where !known.contains("*") && !known.contains(member.key) {
            notes.add(
                member.keyPosition,
                pointer.key(member.key),
                catalogue.complaint(aboutUnknown: member.key, in: path)
            )
        }
    }

    /// Begins with the value of a whole text.
    public init(root: DocumentNode, notes: ProblemNotes, catalogue: any FieldCatalogue) {
        self.init(root, at: .root, path: "", notes: notes, catalogue: catalogue)
    }

    /// Stands for an object that is not there.
    private init(absent key: String, in parent: ObjectReader) {
        pointer = parent.pointer.key(key)
        path = parent.path.isEmpty ? key : parent.path + "." + key
        position = parent.position
        members = [:]
        isReadable = false
        notes = parent.notes
        catalogue = parent.catalogue
    }

    // MARK: One value

    /// Whether the object has a key, whatever its value.
    public func has(_ key: String) -> Bool {
        members[key] != nil
    }

    /// A value that must be there.
    public func required<Value>(
        _ key: String,
        _ read: (DocumentNode) throws(PlanComplaint) -> Value
    ) -> Value? {
        noteIfMissing(key)
        return members[key].flatMap { convert($0.value, at: pointer.key(key), read) }
    }

    /// A value that may be left out; its default is nothing where it follows from a value that could
    /// not be read.
    public func optional<Value>(
        _ key: String,
        default standard: Value?,
        _ read: (DocumentNode) throws(PlanComplaint) -> Value
    ) -> Value? {
        guard let member = members[key] else { return standard }
        return convert(member.value, at: pointer.key(key), read)
    }

    /// Reads a value; nothing, and a note, where it is wrong.
    public func convert<Value>(
        _ node: DocumentNode,
        at place: PlanPointer,
        _ read: (DocumentNode) throws(PlanComplaint) -> Value
    ) -> Value? {
        do throws(PlanComplaint) {
            return try read(node)
        } catch {
            notes.add(node.position, place, error)
            return nil
        }
    }

    // MARK: Objects and lists

    /// An object under a key. Where it is missing, reading its fields yields their defaults.
    public func object(_ key: String, isRequired: Bool = false) -> ObjectReader {
        guard let member = members[key] else {
            if isRequired { noteIfMissing(key) }
            return ObjectReader(absent: key, in: self)
        }
        return ObjectReader(
            member.value,
            at: pointer.key(key),
            path: path.isEmpty ? key : path + "." + key,
            notes: notes,
            catalogue: catalogue
        )
    }

    /// The objects of a list, which must not be empty where it is there.
    public func objects(_ key: String, isRequired: Bool = true) -> [ObjectReader] {
        guard isRequired || has(key) else { return [] }
        let nodes = required(key) { node throws(PlanComplaint) in
            let nodes = try Reading.list(node)
            guard !nodes.isEmpty else {
                throw PlanComplaint("The list is empty.", advice: "Write at least one entry.")
            }
            return nodes
        }
        return (nodes ?? []).enumerated().map { index, node in
            ObjectReader(
                node,
                at: pointer.key(key).index(index),
                path: (path.isEmpty ? key : path + "." + key) + "[]",
                notes: notes,
                catalogue: catalogue
            )
        }
    }

    /// A list of texts, each once; nothing where one of them is wrong.
    public func texts(
        _ key: String,
        default standard: [String],
        _ check: (String) throws(PlanComplaint) -> String
    ) -> [String]? {
        guard has(key) else { return standard }
        guard let nodes = required(key, Reading.list) else { return nil }
        var texts: [String] = []
        var seen: Set<String> = []
        for (index, node) in nodes.enumerated() {
            let place = pointer.key(key).index(index)
            let text = convert(node, at: place) { node throws(PlanComplaint) in
                let text = try Reading.text(node)
                guard seen.insert(try check(text)).inserted else {
                    throw PlanComplaint(
                        "\(Quotation.of(text)) stands in the list already.",
                        advice: "Remove one of the two."
                    )
                }
                return text
            }
            if let text { texts.append(text) }
        }
        return texts.count == nodes.count ? texts : nil
    }

    /// All members, where any key is possible; nothing where one of them is wrong.
    public func dictionary<Value>(
        _ key: String,
        checkKey: (String) throws(PlanComplaint) -> Void,
        _ read: (DocumentNode) throws(PlanComplaint) -> Value
    ) -> [String: Value]? {
        guard has(key) else { return [:] }
        let object = object(key)
        guard object.isReadable else { return nil }
        var values: [String: Value] = [:]
        for member in object.members.values {
            let place = object.pointer.key(member.key)
            do throws(PlanComplaint) {
                try checkKey(member.key)
            } catch {
                notes.add(member.keyPosition, place, error)
                continue
            }
            values[member.key] = object.convert(member.value, at: place, read)
        }
        return values.count == object.members.count ? values : nil
    }

    // MARK: Notes

    /// Notes a problem of the object itself.
    public func note(_ complaint: PlanComplaint) {
        notes.add(position, pointer, complaint)
    }

    /// Notes a problem of the value under a key; of the object itself where there is none.
    public func note(at key: String, _ complaint: PlanComplaint) {
        notes.add(members[key]?.value.position ?? position, pointer.key(key), complaint)
    }

    private func noteIfMissing(_ key: String) {
        guard isReadable, !has(key) else { return }
        let place = path.isEmpty ? key : path + "." + key
        notes.add(
            position,
            pointer.key(key),
            PlanComplaint(
                .missing,
                "\"\(key)\" is missing here.",
                advice: catalogue.adviceForMissing(place)
            )
        )
    }
}
