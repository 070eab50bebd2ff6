import Foundation
import Steps

extension Change {
    /// The changes that an agent or an event brings as a JSON array; none where the bytes are none.
    static func list(in json: Data) -> [Change] {
        guard !json.isEmpty else { return [] }
        return (try? JSONDecoder().decode([Change].self, from: json)) ?? []
    }
}
