/// Numbers of one name in Prometheus' text format, version 0.0.4.
struct MetricFamily: Sendable, Equatable {
    /// `gauge` goes up and down; there are no counters here, as all is read off what is.
    private static let kind = "gauge"

    /// As Prometheus' conventions have it: a prefix, what is measured, the base unit.
    let name: String
    /// One sentence.
    let help: String
    private var samples: [String] = []

    /// A family without numbers; it is left out of the page.
    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    /// Adds a number.
    mutating func add(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        let words = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        samples.append("\(name)\(words.isEmpty ? "" : "{\(words)}") \(Self.text(value))")
    }

    /// Nothing where there are no numbers.
    var text: String {
        guard !samples.isEmpty else { return "" }
        return "# HELP \(name) \(help)\n# TYPE \(name) \(Self.kind)\n"
            + samples.map { $0 + "\n" }.joined()
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n",
            with: "\\n"
        )
    }
}
