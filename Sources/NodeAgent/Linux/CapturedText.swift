/// The beginning or the end of what a program writes, however much that is.
struct CapturedText: Sendable {
    private enum Part {
        case first
        case last
    }

    private let part: Part
    private let limit: Int
    private var bytes: [UInt8] = []

    /// Keeps the first bytes.
    init(first limit: Int) {
        part = .first
        self.limit = limit
    }

    /// Keeps the last bytes.
    init(last limit: Int) {
        part = .last
        self.limit = limit
    }

    mutating func append(_ piece: some Collection<UInt8>) {
        switch part {
        case .first:
            bytes.append(contentsOf: piece.prefix(limit - bytes.count))
        case .last:
            bytes.append(contentsOf: piece)
            // Not at every piece, or each byte would be moved again and again.
            if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
        }
    }

    /// What was kept; bytes that are no UTF-8 are replaced by U+FFFD.
    var text: String { String(decoding: bytes.suffix(limit), as: UTF8.self) }
}
