import Document
import Foundation
import Plan
import PlanFile

/// The text of a plan, as an operator named it.
struct PlanDocument: Sendable, Equatable {
    /// The file's path; `-` for standard input.
    let name: String
    /// What it holds; at most one byte more than a plan may have, so that a longer one is noticed.
    let bytes: [UInt8]

    private static let limit = (4 << 20) + 1

    /// Reads a file, or standard input where it is called `-`.
    static func read(_ name: String) throws(CommandFailure) -> PlanDocument {
        guard name != "-" else {
            return PlanDocument(name: name, bytes: try contents(of: STDIN_FILENO, name: name))
        }
        let descriptor = open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(name, errno) }
        defer { close(descriptor) }
        return PlanDocument(name: name, bytes: try contents(of: descriptor, name: name))
    }

    /// The plan and its text.
    func text() throws(DocumentProblems) -> PlanText {
        try PlanText(bytes, name: name)
    }

    /// Reads a plan; where it has problems, prints them and ends the command.
    ///
    /// - Parameters:
    ///   - name: The file, or `-` for standard input.
    ///   - format: For whom.
    ///   - closing: What people are told after the problems.
    /// - Returns: The plan and its text.
    /// - Throws: `CommandFailure` where the file cannot be read; the end of the command where the plan
    ///   has problems.
    static func load(
        _ name: String,
        _ format: OutputFormat,
        closing: String? = nil
    ) throws -> PlanText {
        let document = try read(name)
        do throws(DocumentProblems) {
            return try document.text()
        } catch {
            try PlanReport(format).refuse(error, closing: closing)
        }
    }

    private static func contents(
        of descriptor: Int32,
        name: String
    ) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let wanted = min(piece.count, limit - bytes.count)
            let count = Glibc.read(descriptor, &piece, wanted)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name, errno) }
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return bytes
    }

    private static func unreadable(_ name: String, _ code: Int32) -> CommandFailure {
        let reason =
            switch code {
            case ENOENT: "there is no such file"
            case EISDIR: "it is a folder"
            case EACCES, EPERM: "permission denied"
            default: String(cString: strerror(code))
            }
        return CommandFailure(
            "the plan \(name) cannot be read: \(reason)",
            advice: ["Name a plan's file, or - for standard input: --plan FILE"],
            code: .usage
        )
    }
}
