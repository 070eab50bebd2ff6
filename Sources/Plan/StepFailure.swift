/// Why a step failed, for the person who has to do something about it.
public struct StepFailure: Error, Sendable, Hashable, Codable {
    /// What happened, and where; one sentence, never a secret.
    public var message: String
    /// Further lines, such as the end of a unit's journal; never a secret.
    public var details: [String]
    /// What to do next; empty where the message says it all.
    public var remedy: String
    /// Whether a repetition cannot help.
    public var isPermanent: Bool
    /// Whether the machine's owner does not allow the step, so that no earlier step changes that.
    public var isRefusal: Bool { refused == true }

    /// Nothing in records that know no refusals.
    private let refused: Bool?

    /// Describes a failure.
    public init(
        _ message: String,
        details: [String] = [],
        remedy: String = "",
        isPermanent: Bool = false,
        isRefusal: Bool = false
    ) {
        self.message = message
        self.details = details
        self.remedy = remedy
        self.isPermanent = isPermanent
        refused = isRefusal ? true : nil
    }
}
