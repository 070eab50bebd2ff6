/// What an unquoted scalar of YAML is, by the core schema of YAML 1.2 as far as JSON writes the same
/// (so `yes` is a text, and so are `0x1F`, `1_000` and `012`, which readers disagree on).
enum YAMLScalar {
    /// The value that the text stands for.
    static func content(_ text: String) -> PlanNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .boolean(true)
        case "false", "False", "FALSE": .boolean(false)
        default: isNumber(text) ? .number(text) : .string(text)
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
    }
}
