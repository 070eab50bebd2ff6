import Document
import Plan

/// What a plan says about failures, time and how much happens at once, as far as it could be read.
struct PolicyDraft {
    /// The settings, if nothing in them is wrong.
    let settings: PolicySettings?
    /// Whether servers may stand in several regions, even if something else is wrong.
    let allowWanEtcd: Bool

    init(_ reader: ObjectReader) {
        let standard = PolicySettings()
        let several = Reading.integer(1...100)
        let parallelism = reader.optional("parallelism", default: standard.parallelism, several)
        let servers = reader.optional("parallelServers", default: standard.parallelServers, several)
        let agents = reader.optional("parallelAgents", default: standard.parallelAgents, several)
        let attempts = reader.optional(
            "attempts",
            default: standard.attempts,
            Reading.integer(1...10)
        )
        let failure = reader.optional("failure", default: standard.failure, Self.failure)
        let failedHosts = Self.failedHosts(reader, under: failure)
        let timeouts = Self.timeouts(reader.object("timeouts"))
        let ignored = Self.ignoredChecks(reader.object("preflight"))
        let allowWanEtcd = reader.optional(
            "allowWanEtcd",
            default: standard.allowWanEtcd,
            Reading.boolean
        )
        self.allowWanEtcd = allowWanEtcd ?? false
        guard let parallelism, let servers, let agents, let attempts, let failure, let failedHosts,
            let timeouts, let ignored, let allowWanEtcd
        else {
            settings = nil
            return
        }
        settings = PolicySettings(
            parallelism: parallelism,
            parallelServers: servers,
            parallelAgents: agents,
            attempts: attempts,
            failure: failure,
            failedHosts: failedHosts,
            timeouts: timeouts,
            ignoredChecks: ignored,
            allowWanEtcd: allowWanEtcd
        )
    }

    private static func ignoredChecks(_ reader: ObjectReader) -> [PreflightCheck]? {
        let words = PreflightCheck.allCases.map(\.rawValue)
        let texts = reader.texts("ignore", default: []) { text throws(PlanComplaint) in
            guard words.contains(text) else { throw Reading.unknownWord(text, words) }
            return text
        }
        return texts.map { $0.compactMap(PreflightCheck.init) }
    }

    private static func failure(_ node: DocumentNode) throws(PlanComplaint) -> FailurePolicy {
        let words = FailurePolicy.allCases.map(\.rawValue)
        let text = try Reading.text(node)
        guard let policy = FailurePolicy(rawValue: text) else {
            throw Reading.unknownWord(text, words)
        }
        return policy
    }

    /// The bound, which may be none; nothing where it is wrong.
    private static func failedHosts(
        _ reader: ObjectReader,
        under failure: FailurePolicy?
    ) -> Int?? {
        let hosts = reader.optional("failedHosts", default: Int?.none) {
            node throws(PlanComplaint) in
            let hosts = try Reading.integer(1...1000)(node)
            guard failure == nil || failure == .continue else {
                throw PlanComplaint(
                    .conflict,
                    "A bound on failed hosts means something only where the others go on.",
                    advice: "Write \"failure\": \"continue\" beside it, or leave it out."
                )
            }
            return hosts
        }
        return hosts
    }

    private static func timeouts(_ reader: ObjectReader) -> TimeoutSettings? {
        let standard = TimeoutSettings()
        let step = reader.optional("step", default: standard.step, time)
        let download = reader.optional("download", default: standard.download, time)
        let k3sReady = reader.optional("k3sReady", default: standard.k3sReady, time)
        let nodesReady = reader.optional("nodesReady", default: standard.nodesReady, time)
        guard let step, let download, let k3sReady, let nodesReady else { return nil }
        return TimeoutSettings(
            step: step,
            download: download,
            k3sReady: k3sReady,
            nodesReady: nodesReady
        )
    }

    private static func time(_ node: DocumentNode) throws(PlanComplaint) -> Int64 {
        if case .number = node.content {
            throw PlanComplaint(
                .type,
                "A time needs a unit.",
                advice: "Write a text: \"90s\", \"5m\" or \"1h\"."
            )
        }
        return try PlanDuration.milliseconds(try Reading.text(node))
    }
}
