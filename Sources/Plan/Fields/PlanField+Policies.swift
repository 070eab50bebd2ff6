extension PlanField {
    static let policies: [PlanField] = [
        .init(
            "policies.parallelism",
            .integer(1...100),
            "How many hosts are worked on at once, 1 to 100.",
            .value("10", reason: "spares the server while many hosts join")
        ),
        .init(
            "policies.parallelServers",
            .integer(1...100),
            "How many of them may be servers, 1 to 100.",
            .value("1", reason: "a server that fails to join must not take others with it")
        ),
        .init(
            "policies.parallelAgents",
            .integer(1...100),
            "How many of them may be agents, 1 to 100.",
            .value("10", reason: "spares the server while many hosts join")
        ),
        .init(
            "policies.attempts",
            .integer(1...10),
            "How often a step is tried before it has failed, 1 to 10.",
            .value("3", reason: "networks between clouds stumble")
        ),
        .init(
            "policies.failure",
            .word(FailurePolicy.allCases.map(\.rawValue)),
            "What a step that failed for good means for the others: `pause` lets none begin until "
                + "an operator resumes or cancels the rollout, `continue` goes on with all that do "
                + "not need it, `abort` ends the rollout.",
            .value("pause", reason: "what is half done is best looked at by a person")
        ),
        .init(
            "policies.failedHosts",
            .integer(1...1000),
            "Under `failure: continue`, after how many failed hosts no further step begins, 1 to "
                + "1000.",
            .nothing
        ),
        .init(
            "policies.timeouts.step",
            .time,
            "How long one attempt of a step may take, `1s` to `24h`.",
            .value("5m", reason: "long enough for a package manager that waits for its lock")
        ),
        .init(
            "policies.timeouts.download",
            .time,
            "How long fetching and placing one file may take.",
            .value("15m", reason: "80 MB at 1 Mbit/s")
        ),
        .init(
            "policies.timeouts.k3sReady",
            .time,
            "From K3s' start until its API answers, or until an agent's node exists.",
            .value("5m", reason: "a small machine's first start takes two minutes")
        ),
        .init(
            "policies.timeouts.nodesReady",
            .time,
            "Until all nodes are Ready and the mesh has converged.",
            .value("10m", reason: "the first images come over the internet")
        ),
        .init(
            "policies.preflight.ignore[]",
            .word(PreflightCheck.allCases.map(\.rawValue)),
            "Checks before a rollout (docs/preflight.md) that may fail: "
                + PreflightCheck.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                + ". What they find is shown and noted all the same.",
            .value("[]", reason: "a check that fails has a reason")
        ),
        .init(
            "policies.allowWanEtcd",
            .boolean,
            "Whether servers may stand in several regions although K3s does not support its "
                + "replicated datastore (etcd) between them. `coordinator preflight` measures the way between them.",
            .value("false", reason: "etcd loses its leader where answers take long")
        ),
    ]
}
