public import Plan

/// Puts a file in place whose every byte is known beforehand.
public struct PlaceArtifact: Step {
    /// `artifact`.
    public static let kind = "artifact"

    /// What people call it: "K3s v1.34.3+k3s1".
    public var name: String
    /// 64 lower-case hexadecimal digits.
    public var sha256: String
    /// Absolute.
    public var path: String
    /// Permission bits.
    public var mode: UInt32

    /// Describes the file and its place.
    public init(name: String, sha256: String, path: String, mode: UInt32) {
        self.name = name
        self.sha256 = sha256
        self.path = path
        self.mode = mode
    }

    /// `place NAME`.
    public var title: String { "place \(name)" }

    /// A program that runs keeps the file it was started from.
    public var disruption: Disruption { .none }

    /// Compares the hash and the permission bits.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let found = try await context.sha256(of: path)
        guard found == sha256 else {
            return .changes([.artifact(path: path, before: found, after: sha256)])
        }
        let bits = try await context.mode(of: path)
        guard bits == mode else {
            let before = bits.map(Change.octal) ?? ""
            return .changes([
                .setting(name: "mode of \(path)", before: before, after: Change.octal(mode))
            ])
        }
        return .satisfied
    }

    /// Fetches the file from the coordinator; it appears under its path only as a whole.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let placement = ArtifactPlacement(sha256: sha256, path: path, mode: mode)
        context.report("fetching \(name)")
        do {
            try await context.host.place(placement, from: context.artifacts)
        } catch {
            throw StepFailure(error, while: "place \(name) at \(path)")
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }
}
