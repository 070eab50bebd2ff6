public import Plan

/// A rollout's key: `r-` and 8 lower-case hexadecimal digits. Chosen by whoever starts the rollout.
public struct RolloutID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The key as text.
    public let description: String

    /// Makes the key from 32 random bits.
    public init(random bits: UInt32) {
        let digits = String(bits, radix: 16)
        description = "r-" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// Nothing where the text is no such key.
    public init?(_ text: String) {
        let digits = Array("0123456789abcdef".utf8)
        guard text.hasPrefix("r-"), text.utf8.count == 10,
            text.utf8.dropFirst(2).allSatisfy({ digits.contains($0) })
        else { return nil }
        description = text
    }

    /// Reads the key; an error where the text is no such key.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = RolloutID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a rollout id"
            )
        }
        self = id
    }

    /// Writes the key as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// One attempt at one step: `ROLLOUT.STEP.ATTEMPT`. An agent never runs one twice to its end.
public struct ExecutionID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The key as text.
    public let description: String

    /// Names an attempt; the first is 1.
    public init(rollout: RolloutID, step: StepID, attempt: Int) {
        description = "\(rollout).\(step).\(attempt)"
    }

    /// Names a look at a step, which is no attempt: its number is 0.
    init(rollout: RolloutID, lookAt step: StepID) {
        self.init(rollout: rollout, step: step, attempt: 0)
    }

    /// Takes a key that came from elsewhere; one that no rollout knows is simply never found.
    public init(_ text: String) {
        description = text
    }

    /// Reads the key from a string.
    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the key as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Orders by text.
    public static func < (left: ExecutionID, right: ExecutionID) -> Bool {
        left.description < right.description
    }
}
