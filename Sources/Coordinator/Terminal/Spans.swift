/// Spans of time and amounts of bytes as people read them.
enum Spans {
    /// `12s`, `2m05s`, `3h07m`, `12d`; of a negative span, that of zero.
    static func short(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds) / 1000
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m\(twoDigits(seconds % 60))s"
        case ..<172_800: return "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// The same of the span between two times, whatever they are.
    static func short(from start: Int64, to end: Int64) -> String {
        let (span, overflow) = end.subtractingReportingOverflow(start)
        return short(milliseconds: overflow ? (end > start ? .max : 0) : span)
    }

    /// `512 MB`, `1.5 GB`, `40 GB`: decimal units, as providers sell them.
    static func bytes(_ count: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(max(0, count))
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let tenths = Int((value * 10).rounded())
        let text =
            tenths < 100 && unit > 0 && tenths % 10 != 0
            ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))"
        return "\(text) \(units[unit])"
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
