import Plan

/// The hashes of what K3s was last started with. K3s reads its configuration and its binary only
/// when it starts, and the install script notices neither, so somebody has to remember.
struct K3sStamp: Sendable, Equatable {
    /// Of `K3sFiles.configuration`.
    var configuration: String?
    /// Of `K3sFiles.binary`.
    var binary: String?
    /// Of `K3sFiles.installScript`, which wrote the unit.
    var installScript: String?

    /// What lies on the machine now.
    static func current(_ context: StepContext) async throws(StepFailure) -> K3sStamp {
        K3sStamp(
            configuration: try await context.sha256(of: K3sFiles.configuration),
            binary: try await context.sha256(of: K3sFiles.binary),
            installScript: try await context.sha256(of: K3sFiles.installScript)
        )
    }

    /// What the machine remembers; empty where it remembers nothing.
    static func remembered(_ context: StepContext) async throws(StepFailure) -> K3sStamp {
        var stamp = K3sStamp()
        for line in (try await context.text(of: K3sFiles.stamp) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard let key = fields.first, let hash = fields.dropFirst().first else { continue }
            switch key {
            case "configuration": stamp.configuration = hash
            case "binary": stamp.binary = hash
            case "install-script": stamp.installScript = hash
            default: continue
            }
        }
        return stamp
    }

    /// Forgets the configuration that K3s was started with, so that it is started again.
    static func forgetConfiguration(_ context: StepContext) async throws(StepFailure) {
        var stamp = try await remembered(context)
        guard stamp.configuration != nil else { return }
        stamp.configuration = nil
        try await stamp.remember(context)
    }

    /// Remembers this. Only hashes, so everybody may read it.
    func remember(_ context: StepContext) async throws(StepFailure) {
        let lines = [
            ("configuration", configuration), ("binary", binary), ("install-script", installScript),
        ]
        let text = lines.compactMap { key, hash in hash.map { "\(key) \($0)\n" } }.joined()
        try await context.write(K3sFiles.stamp, text, mode: 0o644)
    }
}
