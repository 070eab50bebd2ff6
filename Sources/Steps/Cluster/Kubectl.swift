import FoundationEssentials
import Plan

/// The cluster's API, through `k3s kubectl` on the server: only that machine has its credentials.
struct Kubectl: Sendable {
    private let context: StepContext

    init(_ context: StepContext) {
        self.context = context
    }

    /// Who owns the fields that Isthmus sets.
    static let fieldManager = "isthmus"

    /// The whole command of kubectl's arguments.
    static func argv(_ arguments: [String]) -> [String] { ["k3s", "kubectl"] + arguments }

    /// Runs kubectl; nothing where this machine has no API that answers, an error where the API
    /// answers and kubectl still ends with another status than those given.
    func answer(
        _ arguments: [String],
        input: Secret? = nil,
        accepting statuses: Set<Int32> = [0],
        timeout: Int64 = 60_000,
        outputIsSecret: Bool = false
    ) async throws(StepFailure) -> CommandResult? {
        let command = Command(
            Self.argv(arguments),
            standardInput: input,
            timeout: timeout,
            outputIsSecret: outputIsSecret
        )
        guard let result = try await context.probe(command) else { return nil }
        if statuses.contains(result.status) { return result }
        guard try await isReady() else { return nil }
        throw StepFailure(result, of: command)
    }

    /// Runs kubectl, which has to end well.
    func require(
        _ arguments: [String],
        input: Secret? = nil,
        timeout: Int64 = 60_000
    ) async throws(StepFailure) -> CommandResult {
        guard let result = try await answer(arguments, input: input, timeout: timeout) else {
            throw Self.noAnswer
        }
        return result
    }

    /// Whether the API says that it can be used.
    func isReady() async throws(StepFailure) -> Bool {
        let command = Command(["k3s", "kubectl", "get", "--raw=/readyz"], timeout: 10_000)
        return try await context.probe(command)?.status == 0
    }

    /// The cluster's node of this name; nothing where there is none, or no API yet.
    func node(_ name: String) async throws(StepFailure) -> KubernetesNode? {
        let arguments = ["get", "node", name, "--ignore-not-found", "-o", "json"]
        guard let result = try await answer(arguments), !result.standardOutput.isEmpty else {
            return nil
        }
        return try decode(KubernetesNode.self, from: result)
    }

    /// Reads what a program wrote as JSON.
    func decode<Answer: Decodable>(
        _ type: Answer.Type,
        from result: CommandResult
    ) throws(StepFailure) -> Answer {
        guard result.standardOutput.utf8.count < CommandResult.outputLimit else {
            throw StepFailure("K3s' answer is longer than 1 MiB and was cut off there")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(result.standardOutput.utf8))
        } catch {
            throw StepFailure("K3s' answer cannot be read", details: ["\(error)"])
        }
    }

    /// The failure of a step that needs the API now.
    static let noAnswer = StepFailure(
        "the Kubernetes API on this machine does not answer",
        remedy: "See `systemctl status k3s` and `journalctl -u k3s` on the server."
    )
}
