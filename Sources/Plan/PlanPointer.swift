/// The way from a plan's root to one of its values, as a JSON pointer (RFC 6901).
public struct PlanPointer: Sendable, Hashable, CustomStringConvertible {
    /// Keys, and positions in lists as decimal numbers.
    public let tokens: [String]

    /// The whole plan.
    public static let root = PlanPointer([])

    /// Names a value by keys and positions.
    public init(_ tokens: [String]) {
        self.tokens = tokens
    }

    /// The value under a key.
    public func key(_ name: String) -> PlanPointer {
        PlanPointer(tokens + [name])
    }

    /// The value at a position of a list, counted from 0.
    public func index(_ position: Int) -> PlanPointer {
        PlanPointer(tokens + [String(position)])
    }

    /// The pointer's text: empty for the whole plan, else as `/hosts/0/role`.
    public var description: String {
        tokens.reduce(into: "") { text, token in
            text += "/"
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
