import Glibc
import Testing

/// A folder of its own for a test, gone with the test.
func withScratchFolder<Answer>(
    _ body: (String) async throws -> Answer
) async throws -> Answer {
    var template = Array("/tmp/isthmus-steps-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { removeTree(folder) }
    return try await body(folder)
}

/// Removes a folder and all below it.
private func removeTree(_ path: String) {
    _ = nftw(path, { path, _, _, _ in path.map { remove($0) } ?? 0 }, 16, FTW_DEPTH | FTW_PHYS)
}
