/// Times in plans: a whole number and a unit, `ms`, `s`, `m` or `h`.
public enum PlanDuration {
    /// The shortest and longest time a plan may set, in milliseconds: 1 second to 24 hours.
    public static let limits: ClosedRange<Int64> = 1000...86_400_000

    /// Reads a time as milliseconds.
    public static func milliseconds(_ text: String) throws(PlanComplaint) -> Int64 {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let unit = units.first { $0.name.utf8.elementsEqual(text.utf8.dropFirst(digits.count)) }
        guard let unit, let number = DecimalDigits.number(digits, in: 0...100_000_000) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a time.",
                advice: "Write a whole number and a unit: \"90s\", \"5m\" or \"1h\"."
            )
        }
        let value = Int64(number) * unit.milliseconds
        guard limits.contains(value) else {
            throw PlanComplaint(
                "\(text) is too \(value < limits.lowerBound ? "short" : "long").",
                advice: "Write at least \"1s\" and at most \"24h\"."
            )
        }
        return value
    }

    /// The shortest text of a time: "5m", not "300s".
    public static func text(_ milliseconds: Int64) -> String {
        for unit in units where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.name)"
        }
        return "\(milliseconds)ms"
    }

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
}
