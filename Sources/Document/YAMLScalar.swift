/// What an unquoted scalar of YAML is, by the core schema of YAML 1.2 as far as JSON writes the same
/// (so `yes` is a text, and so are `0x1F`, `1_000` and `012`, which readers disagree on).
public enum YAMLScalar {
    /// The value that the text stands for.
    public static func content(_ text: String) -> DocumentNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .boolean(true)
        case "false", "False", "FALSE": .boolean(false)
        default: JSONNumber.mistake(in: text) == nil ? .number(text) : .string(text)
        }
    }
}
