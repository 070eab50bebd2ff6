/// Reads one value out of a text.
public enum DocumentReader {
    /// Reads a text as JSON or YAML.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - format: How it is written.
    ///   - subject: What it is supposed to be.
    /// - Returns: Its values with their places, and problems that did not hinder reading on.
    /// - Throws: The problem after which nothing can be trusted.
    public static func read(
        _ bytes: [UInt8],
        _ format: DocumentFormat,
        _ subject: DocumentSubject
    ) throws(DocumentProblem) -> DocumentTree {
        try DocumentText.check(bytes, subject)
        return switch format {
        case .json: try JSONReader.read(bytes, subject)
        case .yaml: try YAMLReader.read(bytes, subject)
        }
    }

    /// Reads a text of several YAML documents.
    ///
    /// - Returns: Those that hold more than nothing, in their order.
    /// - Throws: The first problem.
    public static func documents(
        _ bytes: [UInt8],
        _ subject: DocumentSubject
    ) throws(DocumentProblem) -> [DocumentNode] {
        try DocumentText.check(bytes, subject)
        return try YAMLReader.documents(bytes, subject)
    }
}
