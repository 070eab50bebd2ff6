import Plan

/// What a peer says, made fit to be kept and shown.
enum Bounded {
    /// Of a list.
    static let entries = 1000

    /// At most 300 characters, none of which drives a terminal.
    static func word(_ text: String) -> String {
        Quotation.plain(text, limit: 300)
    }

    /// The first thousand.
    static func words(_ texts: [String]) -> [String] {
        texts.prefix(entries).map(word)
    }
}
