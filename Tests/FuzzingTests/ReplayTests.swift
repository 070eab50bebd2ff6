import Foundation
import FuzzEntries
import Testing

/// Inputs that once crashed, hung or bloated the project, and those that fuzzing begins with.
struct ReplayTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzzing")

    private static func inputs(_ kind: String, _ entry: FuzzEntry) throws -> [URL] {
        let place = folder.appending(path: kind).appending(path: entry.rawValue)
        guard FileManager.default.fileExists(atPath: place.path(percentEncoded: false)) else {
            return []
        }
        return try FileManager.default.contentsOfDirectory(
            at: place,
            includingPropertiesForKeys: nil
        )
    }

    @Test(arguments: FuzzEntry.allCases)
    func `an entry bears its cases and seeds`(entry: FuzzEntry) throws {
        let seeds = try Self.inputs("Seeds", entry)
        #expect(!seeds.isEmpty)
        for file in try Self.inputs("Cases", entry) + seeds {
            try Data(contentsOf: file).withUnsafeBytes(entry.run)
        }
    }

    @Test(arguments: FuzzEntry.allCases)
    func `an entry bears the empty input`(entry: FuzzEntry) {
        entry.run(UnsafeRawBufferPointer(start: nil, count: 0))
    }
}
