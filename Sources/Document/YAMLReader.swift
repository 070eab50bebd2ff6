import Plan

/// Reads YAML as far as it says what JSON could say: no anchors, aliases, merge keys or tags, texts
/// as keys, each once. An alias is refused where it stands, so none can multiply.
struct YAMLReader {
    private let events: YAMLEvents
    private let bytes: [UInt8]
    private let subject: DocumentSubject

    /// Reads a text of one document, which `DocumentText` has checked.
    static func read(
        _ bytes: [UInt8],
        _ subject: DocumentSubject
    ) throws(DocumentProblem) -> DocumentTree {
        let reader = try YAMLReader(bytes, subject)
        guard let root = try reader.document() else {
            throw reader.problem(
                .start,
                "The \(subject.noun) is empty.",
                subject.emptyAdvice
            )
        }
        if let second = try reader.nextDocument() {
            throw reader.problem(
                second,
                "A second document begins here.",
                "Write each \(subject.noun) into a file of its own; remove \"---\" and what follows."
            )
        }
        return DocumentTree(root: root, problems: [])
    }

    /// Reads all documents of a text that hold something.
    static func documents(
        _ bytes: [UInt8],
        _ subject: DocumentSubject
    ) throws(DocumentProblem) -> [DocumentNode] {
        let reader = try YAMLReader(bytes, subject)
        var documents: [DocumentNode] = []
        while let document = try reader.document() {
            if case .null = document.content { continue }
            documents.append(document)
        }
        return documents
    }

    private init(_ bytes: [UInt8], _ subject: DocumentSubject) throws(DocumentProblem) {
        self.bytes = bytes
        self.subject = subject
        do {
            events = try YAMLEvents(bytes)
        } catch {
            throw YAMLFailure.problem(error, in: bytes, subject)
        }
    }

    private func next() throws(DocumentProblem) -> YAMLEvents.Event {
        do {
            return try events.next()
        } catch {
            throw YAMLFailure.problem(error, in: bytes, subject)
        }
    }

    /// Where the next document begins, if there is one.
    private func nextDocument() throws(DocumentProblem) -> TextPosition? {
        let event = try next()
        guard case .documentStart = event.kind else { return nil }
        return event.position
    }

    private func document() throws(DocumentProblem) -> DocumentNode? {
        guard try nextDocument() != nil else { return nil }
        return try value(try next(), at: .root)
    }

    // MARK: Values

    /// The value that an event begins; nothing where it ends what is around it.
    private func value(
        _ event: YAMLEvents.Event,
        at pointer: PlanPointer
    ) throws(DocumentProblem) -> DocumentNode? {
        let place = event.position
        guard pointer.tokens.count <= DocumentTree.depthLimit else {
            throw problem(
                place,
                "More than \(DocumentTree.depthLimit) levels stand within one another.",
                subject.depthAdvice
            )
        }
        switch event.kind {
        case .scalar(let text, let isPlain, let decoration):
            try refuse(decoration, place, pointer)
            let content = isPlain ? YAMLScalar.content(text) : .string(text)
            return DocumentNode(position: place, content: content)
        case .sequenceStart(let decoration):
            try refuse(decoration, place, pointer)
            return DocumentNode(position: place, content: .list(try list(at: pointer)))
        case .mappingStart(let decoration):
            try refuse(decoration, place, pointer)
            return DocumentNode(position: place, content: .object(try object(at: pointer)))
        case .alias:
            throw anchorProblem(place, pointer)
        case .documentStart, .end:
            return nil
        }
    }

    private func list(at pointer: PlanPointer) throws(DocumentProblem) -> [DocumentNode] {
        var values: [DocumentNode] = []
        while let value = try value(try next(), at: pointer.index(values.count)) {
            values.append(value)
        }
        return values
    }

    private func object(at pointer: PlanPointer) throws(DocumentProblem) -> [DocumentMember] {
        var members: [DocumentMember] = []
        var places: [String: TextPosition] = [:]
        while let (key, place) = try key(try next(), at: pointer) {
            if let first = places.updateValue(place, forKey: key) {
                throw problem(
                    first,
                    "The key \(Quotation.of(key)) stands twice in one mapping; once here.",
                    "Remove one of the two: readers disagree on which counts."
                )
            }
            guard let value = try value(try next(), at: pointer.key(key)) else { break }
            members.append(DocumentMember(key: key, keyPosition: place, value: value))
        }
        return members
    }

    /// A key; nothing where the mapping ends.
    private func key(
        _ event: YAMLEvents.Event,
        at pointer: PlanPointer
    ) throws(DocumentProblem) -> (String, TextPosition)? {
        let place = event.position
        switch event.kind {
        case .end, .documentStart:
            return nil
        case .alias:
            throw anchorProblem(place, pointer)
        case .sequenceStart(let decoration), .mappingStart(let decoration):
            if decoration.hasAnchor { throw anchorProblem(place, pointer) }
        case .scalar(let text, let isPlain, let decoration):
            try refuse(decoration, place, pointer)
            guard text != "<<" || !isPlain else {
                throw problem(
                    place,
                    "A merge key (\"<<\") stands here.",
                    "Write the values out: a \(subject.noun) says everything where it stands.",
                    pointer
                )
            }
            if !text.isEmpty { return (text, place) }
        }
        throw problem(place, "A key is no text.", "Write a name before the \":\".", pointer)
    }

    // MARK: Problems

    private func refuse(
        _ decoration: YAMLEvents.Decoration,
        _ place: TextPosition,
        _ pointer: PlanPointer
    ) throws(DocumentProblem) {
        if decoration.hasAnchor { throw anchorProblem(place, pointer) }
        guard let tag = decoration.tag else { return }
        throw problem(
            place,
            "The tag \(Quotation.of(tag)) stands here.",
            "Remove it; to make a value a text, write it in quotes.",
            pointer
        )
    }

    private func anchorProblem(
        _ position: TextPosition,
        _ pointer: PlanPointer
    ) -> DocumentProblem {
        problem(
            position,
            "An anchor (\"&…\") or alias (\"*…\") stands here.",
            "Write the values out: a \(subject.noun) says everything where it stands.",
            pointer
        )
    }

    private func problem(
        _ position: TextPosition,
        _ message: String,
        _ advice: String,
        _ pointer: PlanPointer = .root
    ) -> DocumentProblem {
        DocumentProblem(position, pointer, PlanComplaint(.syntax, message, advice: advice))
    }
}
