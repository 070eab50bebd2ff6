import Document
import Foundation
import Plan
import PlanFile

/// Files of the repository that tests read.
enum Project {
    /// The repository's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The files of a folder, by name.
    static func files(in folder: String) throws -> [URL] {
        try FileManager.default
            .contentsOfDirectory(at: root.appending(path: folder), includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// One of the examples.
    static func example(_ name: String) -> URL {
        root.appending(path: "packaging/examples").appending(path: name)
    }

    /// Reads a plan from a file.
    static func read(_ file: URL) throws -> ClusterPlan {
        try PlanFile.read(Array(Data(contentsOf: file)), name: file.lastPathComponent)
    }

    /// Reads a plan from a text.
    static func read(
        _ text: String,
        _ format: DocumentFormat = .json
    ) throws(DocumentProblems)
        -> ClusterPlan
    {
        try PlanFile.read(Array(text.utf8), name: "plan", format: format)
    }

    /// The problems of a text that is no plan.
    static func problems(_ text: String, _ format: DocumentFormat = .json) -> [DocumentProblem] {
        do throws(DocumentProblems) {
            _ = try read(text, format)
            return []
        } catch {
            return error.problems
        }
    }

    /// Whether expected results shall be written instead of compared.
    static let rewrites = ProcessInfo.processInfo.environment["REWRITE_EXPECTED"] != nil
}
