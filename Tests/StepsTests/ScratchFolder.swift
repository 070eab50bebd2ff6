import FoundationEssentials

/// A folder of its own for a test, gone with the test.
func withScratchFolder<Answer>(
    _ body: (String) async throws -> Answer
) async throws -> Answer {
    let folder = "/tmp/isthmus-steps-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true
    )
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}
