/// Decimal numbers in plans and their values: digits only, no sign, no leading zero.
enum DecimalDigits {
    /// The number; nothing where the text is none or the number stands outside the range.
    static func number(_ digits: some Sequence<UInt8>, in range: ClosedRange<Int>) -> Int? {
        var value: Int?
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), value != 0 else {
                return nil
            }
            let next = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard next <= range.upperBound else { return nil }
            value = next
        }
        return value.flatMap { range.contains($0) ? $0 : nil }
    }
}
