import Foundation

/// The files of this checkout, as the rules see them.
enum Repository {
    /// The checkout's folder: this file lies three levels below it.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Everything of ours that is text, whether committed or not.
    static let texts: [SourceFile] = files(
        under: [
            "", ".ci", "Benchmarks/Driver", "Benchmarks/Sources", "docs", "packaging", "Sources",
            "Tests",
        ],
        extensions: ["swift", "sh", "py", "c", "h", "md", "json", "yaml", "proto", "service", ""]
    )

    /// The Swift files of a target, or of several below a folder, without generated ones.
    static func swiftFiles(under folder: String) -> [SourceFile] {
        files(under: [folder], extensions: ["swift"])
    }

    /// The targets under `Sources` that hold Swift files.
    static let targets: [String] = names(in: "Sources").filter { target in
        !swiftFiles(under: "Sources/\(target)").isEmpty
    }

    /// The names in a folder, sorted.
    static func names(in folder: String) -> [String] {
        let path = root.appending(path: folder).path(percentEncoded: false)
        return (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
    }

    private static func files(under folders: [String], extensions: Set<String>) -> [SourceFile] {
        let found = folders.flatMap { folder in
            // A worktree's .git is a file that holds a path.
            folder.isEmpty ? names(in: "").filter { $0 != ".git" } : descendants(of: folder)
        }
        return found.compactMap { path in
            let url = root.appending(path: path)
            guard extensions.contains(url.pathExtension), !path.contains("/Generated/"),
                !path.contains("__pycache__"), !path.contains("/Fixtures/"),
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { return nil }
            return SourceFile(path: path, text: text)
        }
    }

    private static func descendants(of folder: String) -> [String] {
        let path = root.appending(path: folder).path(percentEncoded: false)
        let below = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return below.sorted().map { "\(folder)/\($0)" }
    }
}

/// One file.
struct SourceFile: Sendable, CustomStringConvertible {
    /// Below the checkout's folder.
    let path: String
    /// All of it.
    let text: String

    /// Its lines, without their ends.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var description: String { path }
}
