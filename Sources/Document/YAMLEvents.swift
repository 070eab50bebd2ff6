import CYAML

/// libyaml's parser over one text, event by event, so that nothing is built before it was looked at.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// One thing that the text says.
    struct Event {
        let kind: Kind
        let position: TextPosition
    }

    enum Kind {
        case documentStart
        case scalar(String, isPlain: Bool, Decoration)
        case sequenceStart(Decoration)
        case mappingStart(Decoration)
        case alias
        /// The end of a sequence, a mapping, a document or the text.
        case end
    }

    /// What YAML can write before a value and JSON cannot.
    struct Decoration {
        let hasAnchor: Bool
        let tag: String?
    }

    /// What was being read when the grammar broke, and where it began.
    struct Context {
        let words: String
        let position: TextPosition
    }

    /// Why there is no further event.
    enum Failure: Error {
        /// The text breaks YAML's grammar.
        case syntax(String, at: TextPosition, around: Context?)
        /// A byte that no YAML may hold, at this offset.
        case character(String, offset: Int)
        /// There was no memory, or libyaml gave up on the depth.
        case memory
    }

    /// Takes a text in UTF-8.
    init(_ bytes: [UInt8]) throws(Failure) {
        input = .allocate(capacity: max(1, bytes.count))
        _ = input.initialize(from: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else { throw .memory }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event; `end` for ever once the text is over.
    func next() throws(Failure) -> Event {
        var event = yaml_event_t()
        while true {
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            guard let kind = Self.kind(event) else { continue }
            return Event(kind: kind, position: Self.position(event.start_mark))
        }
    }

    /// Nothing for events that say nothing about values.
    private static func kind(_ event: yaml_event_t) -> Kind? {
        switch event.type {
        case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT:
            return nil
        case YAML_DOCUMENT_START_EVENT:
            return .documentStart
        case YAML_ALIAS_EVENT:
            return .alias
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                String(decoding: bytes, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                decoration(scalar.anchor, scalar.tag)
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(decoration(start.anchor, start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(decoration(start.anchor, start.tag))
        default:
            return .end
        }
    }

    private static func decoration(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?,
        _ tag: UnsafeMutablePointer<yaml_char_t>?
    ) -> Decoration {
        Decoration(hasAnchor: anchor != nil, tag: tag.map { String(cString: $0) })
    }

    private func failure() -> Failure {
        let parser = parser.pointee
        let problem = parser.problem.map { String(cString: $0) } ?? "unknown"
        switch parser.error {
        case YAML_READER_ERROR:
            return .character(problem, offset: parser.problem_offset)
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            let around = parser.context.map {
                Context(
                    words: String(cString: $0),
                    position: Self.position(parser.context_mark)
                )
            }
            return .syntax(problem, at: Self.position(parser.problem_mark), around: around)
        default:
            return .memory
        }
    }

    private static func position(_ mark: yaml_mark_t) -> TextPosition {
        TextPosition(line: mark.line + 1, column: mark.column + 1)
    }
}
