import Plan
import Steps

/// Secrets that must not stand in a line, and what is left of a line without them.
struct KnownSecrets: Sendable {
    /// Shorter words would blacken innocent ones, and guard nothing.
    private static let shortest = 6

    private var words: [Secret] = []
    /// Words by what they begin with: hundreds are not looked for one by one in each line. What is kept is
    /// a hash, which differs from process to process.
    private var heads: [Int: [Int]] = [:]
    /// Words that a line may spell in several ways, so that each is looked for.
    private var others: [Int] = []

    /// Bytes that a head is made of.
    private static let head = 4

    /// Knows none.
    init() {}

    /// Knows these, line by line, for a line is all that is looked at.
    init(_ secrets: some Sequence<Secret>) {
        let words = secrets.flatMap { secret in
            secret.reveal().split { $0 == 0x0A || $0 == 0x0D }
                .filter { $0.count >= Self.shortest }.map { Secret(Array($0)) }
        }
        for word in words { add(word) }
    }

    private mutating func add(_ word: Secret) {
        let bytes = word.reveal()
        if bytes.allSatisfy({ $0 < 0x80 }) {
            heads[Self.hash(bytes.prefix(Self.head)), default: []].append(words.count)
        } else {
            others.append(words.count)
        }
        words.append(word)
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> Int {
        var hasher = Hasher()
        for byte in bytes { hasher.combine(byte) }
        return hasher.finalize()
    }

    /// Words that may stand in a line, in the order in which they came.
    private func candidates(in line: String) -> [Secret] {
        var found = Set(others)
        if !heads.isEmpty {
            let bytes = Array(line.utf8)
            for start in bytes.indices.dropLast(Self.head - 1) {
                found.formUnion(heads[Self.hash(bytes[start..<start + Self.head])] ?? [])
            }
        }
        return found.sorted().map { words[$0] }
    }

    /// Whether there is nothing to look for.
    var isEmpty: Bool { words.isEmpty }

    /// Takes further ones in.
    mutating func formUnion(_ others: KnownSecrets) {
        for word in others.words where !words.contains(word) { add(word) }
    }

    /// The line with each of them replaced by `<redacted>`, and with everything else that looks like
    /// a secret of Kubernetes, K3s or WireGuard.
    func redacted(_ line: String) -> String {
        var line = line
        for word in candidates(in: line) {
            let text = String(decoding: word.reveal(), as: UTF8.self)
            line = line.replacing(text, with: word.description)
        }
        return Redaction.line(line)
    }

    /// Hands over each one's text, and what stands in its place. Each caller must be a place that may
    /// have them.
    func each(_ body: (String, String) throws -> Void) rethrows {
        for word in words {
            try body(String(decoding: word.reveal(), as: UTF8.self), word.description)
        }
    }
}
