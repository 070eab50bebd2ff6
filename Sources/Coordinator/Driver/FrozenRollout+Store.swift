import Conduct
import Foundation

extension FrozenRollout {
    /// Reads what the store has of a rollout.
    init(_ data: Data, of rollout: String) throws(StoreFailure) {
        do {
            try self.init(encoded: data)
        } catch {
            throw .corrupt("rollout \(rollout) cannot be read: \(error)")
        }
    }
}
