import Plan
import Steps

/// Secrets that must not stand in a line, and what is left of a line without them.
struct KnownSecrets: Sendable {
    /// Shorter words would blacken innocent ones, and guard nothing.
    private static let shortest = 6

    private var words: [Secret] = []

    /// Knows none.
    init() {}

    /// Knows these, line by line, for a line is all that is looked at.
    init(_ secrets: some Sequence<Secret>) {
        words = secrets.flatMap { secret in
            secret.reveal().split { $0 == 0x0A || $0 == 0x0D }
                .filter { $0.count >= Self.shortest }.map { Secret(Array($0)) }
        }
    }

    /// Whether there is nothing to look for.
    var isEmpty: Bool { words.isEmpty }

    /// Takes further ones in.
    mutating func formUnion(_ others: KnownSecrets) {
        words += others.words.filter { !words.contains($0) }
    }

    /// The line with each of them replaced by `<redacted>`, and with everything else that looks like
    /// a secret of Kubernetes, K3s or WireGuard.
    func redacted(_ line: String) -> String {
        var line = line
        each { word, replacement in line = line.replacing(word, with: replacement) }
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
