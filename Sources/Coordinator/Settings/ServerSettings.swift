import Document
import Logging
import Plan

/// What an administrator has settled for the coordinator on this machine; options of the command line
/// say it louder.
struct ServerSettings: Sendable, Equatable {
    /// Where to listen; nothing for every address, with the port given to `coordinator init`.
    var listen: ListenAddress?
    /// Where Prometheus may read numbers; nothing where nobody may.
    var metrics: ListenAddress?
    /// A folder or URL that artifacts are taken from instead of their own addresses.
    var artifactMirror: String?
    /// How much is logged.
    var logLevel: Logger.Level?

    private static let version = "isthmus/v1alpha1"
    private static let kind = "CoordinatorSettings"

    private static let subject = DocumentSubject(
        noun: "coordinator's settings",
        sizeLimit: 64 << 10,
        sizeAdvice: "Name the right file: these settings have some hundred bytes.",
        emptyAdvice:
            "Begin with \"apiVersion: \(version)\" and \"kind: \(kind)\", or remove the file for all"
            + " defaults.",
        usualDepth: "two"
    )

    /// Reads the text of a file that messages call `file`.
    ///
    /// - Throws: Everything that is wrong with it, with line and column.
    static func decode(_ bytes: [UInt8], file: String) throws(DocumentProblems) -> ServerSettings {
        let tree: DocumentTree
        do throws(DocumentProblem) {
            tree = try DocumentReader.read(bytes, .yaml, subject)
        } catch {
            throw DocumentProblems(file, [error])
        }
        let notes = ProblemNotes(tree.problems)
        let root = ObjectReader(root: tree.root, notes: notes, catalogue: Catalogue())
        _ = root.required("apiVersion", Reading.word([version]))
        _ = root.required("kind", Reading.word([kind]))
        var settings = ServerSettings()
        settings.listen = root.optional("listen", default: nil, place)
        settings.metrics = root.optional("metrics", default: nil, place)
        settings.artifactMirror = root.optional("artifactMirror", default: nil, Reading.text)
        let levels = Logger.Level.allCases.map(\.rawValue)
        let level = root.optional("logLevel", default: nil, Reading.word(levels))
        settings.logLevel = level.flatMap { Logger.Level(rawValue: $0) }
        guard notes.problems.isEmpty else {
            throw DocumentProblems(file, notes.problems, omitted: notes.omitted)
        }
        return settings
    }

    private static func place(_ node: DocumentNode) throws(PlanComplaint) -> ListenAddress {
        let text = try Reading.text(node)
        guard let address = ListenAddress(argument: text) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is no address to listen on.",
                advice: "Write \"HOST:PORT\", \"[IPv6]:PORT\", or \":PORT\" for every address."
            )
        }
        return address
    }

    /// The keys that there are.
    private struct Catalogue: FieldCatalogue {
        func keys(of path: String) -> [String] {
            path.isEmpty
                ? ["apiVersion", "kind", "listen", "metrics", "artifactMirror", "logLevel"] : []
        }

        func adviceForMissing(_ path: String) -> String {
            "Write \"\(path): \(path == "kind" ? kind : version)\"."
        }

        func complaint(aboutUnknown key: String, in path: String) -> PlanComplaint {
            let known = keys(of: path)
            let advice =
                Suggestion.nearest(to: key, among: known).map { "Did you mean \"\($0)\"?" }
                ?? "Possible here: \(known.joined(separator: ", "))."
            return PlanComplaint("\(Quotation.of(key)) is not a field here.", advice: advice)
        }
    }
}
