import Document
import Plan
import PlanFile

/// A plan file as its author left it.
enum PlanEntry {
    static func json(_ bytes: [UInt8]) { read(bytes, .json) }
    static func yaml(_ bytes: [UInt8]) { read(bytes, .yaml) }

    private static func read(_ bytes: [UInt8], _ format: DocumentFormat) {
        do {
            let text = try PlanText(bytes, name: "plan", format: format)
            _ = text.explanation.text()
            _ = text.cautions.rendered(color: false)
            let open = PlanArtifact.all(of: text.plan).filter { $0.reference.sha256 == nil }
            let hash = String(repeating: "0", count: 64)
            _ = text.pinned(Dictionary(uniqueKeysWithValues: open.map { ($0.pointer, hash) }))
        } catch {
            precondition(!error.rendered(color: true).isEmpty)
        }
    }
}
