extension JoinToken {
    /// How every token's text begins.
    static let mark = "isthmus-join-v1."

    /// A text for people without the tokens in it. Where there were some, it also says what has to be
    /// done about them: who typed a token as an argument has shown it to every user of the machine.
    public static func redacted(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        var isHidden = false
        while let found = rest.firstRange(of: mark) {
            result += rest[..<found.upperBound]
            rest = rest[found.upperBound...]
            // A sentence about how tokens begin holds none.
            guard let next = rest.first, next.isLetter || next.isNumber else { continue }
            isHidden = true
            result += "(hidden)"
            rest = rest.drop { !$0.isWhitespace && !"'\"".contains($0) }
        }
        guard isHidden else { return text }
        return result + rest + """

            A join token was given as an argument, and arguments are visible to every user of the \
            machine. Throw this token away, make another one, and hand it over in a file or through \
            standard input.
            """
    }
}
