import Plan

extension Kubectl {
    /// One object as JSON; nothing where there is none, or no API yet.
    func object(
        _ kind: String,
        _ name: String,
        in namespace: String,
        isSecret: Bool = false,
        showingManagers: Bool = false
    ) async throws(StepFailure) -> CommandResult? {
        var arguments = ["get", kind, name, "-n", namespace, "--ignore-not-found", "-o", "json"]
        if showingManagers { arguments.append("--show-managed-fields") }
        let answer = try await answer(arguments, outputIsSecret: isSecret)
        return answer.flatMap { $0.standardOutput.isEmpty ? nil : $0 }
    }

    /// One object, read.
    func object<Object: Decodable>(
        _ kind: String,
        _ name: String,
        in namespace: String,
        as type: Object.Type,
        showingManagers: Bool = false
    ) async throws(StepFailure) -> Object? {
        let answer = try await object(
            kind,
            name,
            in: namespace,
            showingManagers: showingManagers
        )
        return try answer.map { answer throws(StepFailure) in try decode(type, from: answer) }
    }

    /// Objects of a namespace that options choose; none where there is no API yet.
    func objects<Object: Decodable>(
        _ kind: String,
        in namespace: String,
        _ options: [String],
        as type: Object.Type
    ) async throws(StepFailure) -> [Object] {
        let answer = try await answer(["get", kind, "-n", namespace] + options + ["-o", "json"])
        guard let answer else { return [] }
        return try decode(KubernetesList<Object>.self, from: answer).items
    }

    /// The last lines of what a pod, or the pod of a Job or Deployment, wrote; none where there are
    /// none to be had.
    func logs(of target: String, in namespace: String) async throws(StepFailure) -> [String] {
        let arguments = ["logs", target, "-n", namespace, "--tail=12"]
        guard let answer = try await answer(arguments, accepting: Set(0...255)),
            answer.status == 0
        else { return [] }
        return answer.standardOutput.split(separator: "\n").suffix(12)
            .map { Redaction.line(String($0)) }
    }
}
