public import Plan

/// Something that an operator asks a machine for once, outside of any rollout: a login, a look at the
/// mesh. Its answer goes to who asked, and is kept nowhere.
///
/// A kind is one file in `Errands/` and one line in `ErrandCatalog`. Its properties are its
/// parameters, never secrets. An errand is not journalled: one that is cut off is asked for again.
public protocol Errand: Codable, Sendable, Equatable {
    /// The word that the wire and the server's own policy use.
    static var kind: String { get }
    /// Does it. Bears repetition.
    func run(_ context: StepContext) async throws(StepFailure) -> Secret
}
