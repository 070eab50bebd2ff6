/// Whether the K3s of a machine is one that a plan's rollout set up, as far as it got.
public enum K3sOwnership {
    /// Looks for what rollouts leave behind: the stamp of a start, or configuration with our comment.
    public static func isOurs(_ host: any Host) async -> Bool {
        if let stamp = try? await host.read(K3sFiles.stamp), !stamp.isEmpty { return true }
        guard let bytes = try? await host.read(K3sFiles.configuration) else { return false }
        return String(decoding: bytes, as: UTF8.self).contains(K3sFiles.comment)
    }
}
