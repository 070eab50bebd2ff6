import Foundation

/// A release's list of checksums, as `sha256sum` writes it: `HASH  NAME` or `HASH *NAME` a line.
struct ChecksumList: Sendable, Equatable {
    private let hashes: [String: String]

    /// Reads a list; lines that are none of it are passed over.
    init(_ text: String) {
        var hashes: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard words.count == 2, SHA256Text.isHash(words[0].lowercased()) else { continue }
            let name = words[1].drop { $0 == " " || $0 == "*" }
            hashes[String(name)] = words[0].lowercased()
        }
        self.hashes = hashes
    }

    /// The hash of a file, by the last part of its address; nothing where it is not listed.
    func hash(ofFileAt url: String) -> String? {
        hashes[Self.fileName(of: url)]
    }

    /// The last part of an address, its escapes resolved.
    static func fileName(of url: String) -> String {
        let last = url.split(separator: "/").last.map(String.init) ?? url
        return last.removingPercentEncoding ?? last
    }
}

/// Hashes as text.
enum SHA256Text {
    /// Whether the text is 64 lower-case hexadecimal digits, so that it may name a file.
    static func isHash(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
