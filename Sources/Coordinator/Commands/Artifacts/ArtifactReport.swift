/// Artifacts as tables and as JSON.
enum ArtifactReport {
    /// The address (empty where none is known), the hash and the size in bytes.
    typealias Row = (url: String, sha256: String, size: Int64)

    static func table(_ rows: [Row]) -> [String] {
        var table = TextTable([("SHA-256", .left), ("BYTES", .right), ("FROM", .left)])
        for row in rows {
            table.append([row.sha256, "\(row.size)", row.url.isEmpty ? "a plan's sha256" : row.url])
        }
        return table.lines()
    }

    static func json(_ rows: [Row]) -> JSONLine {
        .array(
            rows.map { row in
                .object([
                    ("url", .string(row.url)),
                    ("sha256", .string(row.sha256)),
                    ("bytes", .integer(row.size)),
                ])
            }
        )
    }
}
