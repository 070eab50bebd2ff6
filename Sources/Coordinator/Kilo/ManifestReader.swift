import Document
import Plan

/// Documents of YAML to values, as strictly as plans are read: no anchors, so that few bytes cannot
/// stand for gigabytes.
enum ManifestReader {
    /// Bytes that a file of manifests may have.
    static let longest = 4 << 20

    private static let subject = DocumentSubject(
        noun: "manifest",
        sizeLimit: longest,
        sizeAdvice: "Name the right file.",
        emptyAdvice: "Name the right file.",
        usualDepth: "twenty"
    )

    /// All documents that are not empty.
    ///
    /// - Throws: `ManifestProblem` naming the file.
    static func documents(_ yaml: String, file: String) throws(ManifestProblem) -> [ManifestValue] {
        do {
            return try DocumentReader.documents(Array(yaml.utf8), subject).map(value)
        } catch {
            throw ManifestProblem(
                "\(file) is no YAML that can be used: \(error.message)"
                    + " (line \(error.line), column \(error.column)) \(error.advice)"
            )
        }
    }

    private static func value(of node: DocumentNode) -> ManifestValue {
        switch node.content {
        case .null: .null
        case .boolean(let flag): .bool(flag)
        case .number(let digits): number(digits)
        case .string(let text): .string(text)
        case .list(let values): .list(values.map(value))
        case .object(let members):
            .map(
                Dictionary(
                    members.map { ($0.key, value(of: $0.value)) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        }
    }

    private static func number(_ digits: String) -> ManifestValue {
        Int(digits).map(ManifestValue.int) ?? Double(digits).map(ManifestValue.double)
            ?? .string(digits)
    }
}

/// Why manifests cannot be used.
struct ManifestProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and in which file.
    var description: String

    /// Describes a problem.
    init(_ description: String) {
        self.description = description
    }
}
