public import Plan

/// One kind of step: a value that says how a machine should be, and how to get it there.
///
/// A kind is one file in `Kinds/` and one line in `StepCatalog`. Its properties are its parameters,
/// encoded as JSON on the wire and in the journal: they are never secrets. Secrets come as inputs.
public protocol Step: Codable, Sendable, Equatable {
    /// The word that plans' journals, logs and the wire use: lower case, `-` between words.
    static var kind: String { get }
    /// What a person reads: "install K3s server v1.34.3+k3s1".
    var title: String { get }
    /// How much the step disturbs what runs on the host.
    var disruption: Disruption { get }

    /// Compares what is with what should be. Changes nothing.
    func check(_ context: StepContext) async throws(StepFailure) -> StepCheck
    /// Makes it so. Runs again after a crash at any line, so it must bear repetition.
    func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs
    /// Fails unless it is so. Runs after `apply`.
    func verify(_ context: StepContext) async throws(StepFailure)
}

/// What a step works with.
public struct StepContext: Sendable {
    /// The machine.
    public let host: any Host
    /// Where artifacts come from.
    public let artifacts: any ArtifactSource
    /// Where sealed copies go to.
    public let deposits: any DepositSink
    /// Secrets of earlier steps, by the step's own names for them.
    public let inputs: [String: Secret]
    /// Milliseconds that this attempt may still take when it begins.
    public let timeout: Int64
    /// Tells the operator a line about what is going on; never a secret.
    public let report: @Sendable (String) -> Void

    /// Joins the parts.
    public init(
        host: any Host,
        artifacts: any ArtifactSource,
        deposits: any DepositSink = NoDeposits(),
        inputs: [String: Secret] = [:],
        timeout: Int64 = 300_000,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.host = host
        self.artifacts = artifacts
        self.deposits = deposits
        self.inputs = inputs
        self.timeout = timeout
        self.report = report
    }
}

/// What a step found.
public enum StepCheck: Sendable, Equatable {
    /// The machine already is as the step would leave it.
    case satisfied
    /// What the step would do, in order; never empty.
    case changes([Change])
}

/// Secrets that a step makes for later ones, by name.
public typealias StepOutputs = [String: Secret]
