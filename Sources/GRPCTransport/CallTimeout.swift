/// The `grpc-timeout` header: up to eight digits and a unit (gRPC over HTTP/2, "Timeout").
enum CallTimeout {
    /// Longer ones mean the same to everybody, and fit into any clock.
    static let longest = Duration.seconds(365 * 24 * 3600)

    /// The time that a header grants; nil if it is none.
    static func decode(_ text: String) -> Duration? {
        let digits = text.utf8.dropLast()
        guard (1...8).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let amount = Int(String(decoding: digits, as: UTF8.self))
        else { return nil }
        switch text.last {
        case "H": return min(.seconds(amount * 3600), longest)
        case "M": return min(.seconds(amount * 60), longest)
        case "S": return min(.seconds(amount), longest)
        case "m": return .milliseconds(amount)
        case "u": return .microseconds(amount)
        case "n": return .nanoseconds(amount)
        default: return nil
        }
    }
}
