import Document
import PlanFile

/// A plan file as its author left it.
enum PlanEntry {
    static func json(_ bytes: [UInt8]) { read(bytes, .json) }
    static func yaml(_ bytes: [UInt8]) { read(bytes, .yaml) }

    private static func read(_ bytes: [UInt8], _ format: DocumentFormat) {
        do {
            _ = try PlanFile.explain(bytes, name: "plan", format: format)
        } catch {
            precondition(!"\(error)".isEmpty)
        }
    }
}
