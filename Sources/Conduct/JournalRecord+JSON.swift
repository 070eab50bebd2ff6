package import Foundation
package import RolloutEngine

extension JournalRecord {
    /// The record as the store keeps it.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try encoder.encode(self)
    }

    /// Reads what `encoded` wrote.
    package init(encoded data: Data) throws {
        self = try JSONDecoder().decode(JournalRecord.self, from: data)
    }
}
