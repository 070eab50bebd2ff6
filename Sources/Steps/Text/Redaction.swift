/// Takes out of foreign text (journals, complaints of programs) what looks like a secret: K3s
/// tokens, bootstrap tokens, bearer tokens, JSON web tokens and WireGuard keys.
public enum Redaction {
    /// The line with every such word replaced by `<redacted>`.
    public static func line(_ line: String) -> String {
        var result = ""
        var word = ""
        var previous = ""
        func close() {
            guard !word.isEmpty else { return }
            result += isSecret(word, after: previous) ? "<redacted>" : word
            previous = word
            word = ""
        }
        for character in line {
            if isSeparator(character) {
                close()
                result.append(character)
            } else {
                word.append(character)
            }
        }
        close()
        return result
    }

    /// What stands around words in logs; not `=`, which ends keys as well as names.
    private static func isSeparator(_ character: Character) -> Bool {
        character.isWhitespace || "\"'`,;()[]{}<>".contains(character)
    }

    private static func isSecret(_ word: String, after previous: String) -> Bool {
        if previous.lowercased() == "bearer" { return true }
        let end = word.lastIndex { !".:!?".contains($0) } ?? word.startIndex
        let bytes = Array(word[...end].utf8)
        return contains(bytes, k3sToken) || contains(bytes, bootstrapToken)
            || isJSONWebToken(word) || isWireGuardKey(bytes)
    }

    /// Whether the pattern matches from some place in the word on.
    private static func contains(_ bytes: [UInt8], _ match: (ArraySlice<UInt8>) -> Bool) -> Bool {
        bytes.indices.contains { match(bytes[$0...]) }
    }

    /// `K10`, 64 hexadecimal digits, `::`.
    private static func k3sToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.starts(with: "K10".utf8), bytes.count > 69 else { return false }
        let rest = bytes.dropFirst(3)
        return rest.prefix(64).allSatisfy(isHexadecimal)
            && rest.dropFirst(64).starts(with: "::".utf8)
    }

    /// Six characters, a dot and sixteen more, to the word's end: Kubernetes' bootstrap tokens.
    private static func bootstrapToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 23 else { return false }
        let id = bytes.prefix(6)
        let rest = bytes.dropFirst(6)
        return id.allSatisfy(isLowerAlphanumeric) && rest.first == UInt8(ascii: ".")
            && rest.dropFirst().allSatisfy(isLowerAlphanumeric)
    }

    private static func isJSONWebToken(_ word: String) -> Bool {
        word.contains("eyJ") && word.utf8.count > 40
    }

    /// 32 bytes in base64 are 44 characters, the last of them `=`; a `name=` may stand before.
    private static func isWireGuardKey(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 44, bytes.last == UInt8(ascii: "=") else { return false }
        return bytes.suffix(44).dropLast().allSatisfy { byte in
            isAlphanumeric(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
