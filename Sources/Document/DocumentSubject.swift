/// What a text is supposed to be: the words in which problems of its syntax are told.
public struct DocumentSubject: Sendable {
    /// `plan`: what stands after "the".
    public let noun: String
    /// How many bytes it may have.
    public let sizeLimit: Int
    /// What to do where there is far too much of it.
    public let sizeAdvice: String
    /// What to do where there is nothing.
    public let emptyAdvice: String
    /// How deep a sound one goes, in words: `five`.
    public let usualDepth: String

    /// Names a kind of text.
    public init(
        noun: String,
        sizeLimit: Int,
        sizeAdvice: String,
        emptyAdvice: String,
        usualDepth: String
    ) {
        self.noun = noun
        self.sizeLimit = sizeLimit
        self.sizeAdvice = sizeAdvice
        self.emptyAdvice = emptyAdvice
        self.usualDepth = usualDepth
    }

    /// What to do where values stand too deep within one another.
    var depthAdvice: String {
        "A \(noun) needs no more than \(usualDepth): check the indentation."
    }
}
