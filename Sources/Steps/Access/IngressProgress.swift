import Plan

/// How far the controller is with an Ingress of ours, by its own words.
struct IngressProgress: Sendable, Equatable {
    /// The reasons of the controller's Events that say how a try went (its 0.1.0,
    /// pkg/controller/ingress-controller.go).
    static let success = "CloudflareSynced"
    static let failures = ["CloudflareSyncFailed", "TransformFailed"]

    /// Whether there is such an Ingress.
    var exists = false
    /// The tunnel's own DNS name, once the Ingress is published through it.
    var target: String?
    /// The controller's complaint, where its last try failed.
    var complaint: String?

    /// Whether the name leads to the tunnel by now.
    var isSynced: Bool { target != nil && complaint == nil }

    /// What is missing, in words.
    var gap: String? {
        if !exists { return "there is no Ingress yet" }
        if let complaint { return complaint }
        return target == nil ? "the controller has not published it yet" : nil
    }

    private struct Ingress: Decodable {
        struct Status: Decodable {
            struct Balancer: Decodable {
                struct Entry: Decodable { var hostname: String? }
                var ingress: [Entry]?
            }
            var loadBalancer: Balancer?
        }
        var status: Status?
    }

    private struct Event: Decodable {
        var reason: String?
        var message: String?
        var lastTimestamp: String?
        var eventTime: String?

        var time: String { lastTimestamp ?? eventTime ?? "" }
    }

    /// Looks once.
    static func look(
        at name: String,
        in namespace: String,
        _ kubectl: Kubectl
    ) async throws(StepFailure) -> IngressProgress {
        let found = try await kubectl.object("ingress", name, in: namespace, as: Ingress.self)
        guard let found else { return IngressProgress() }
        let selector = "involvedObject.kind=Ingress,involvedObject.name=\(name)"
        let events = try await kubectl.objects(
            "events",
            in: namespace,
            ["--field-selector", selector],
            as: Event.self
        )
        let tries = events.filter { ([success] + failures).contains($0.reason ?? "") }
        let last = tries.enumerated().max {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        var progress = IngressProgress(exists: true)
        progress.target = found.status?.loadBalancer?.ingress?.first?.hostname
        if let event = last?.element, let reason = event.reason, failures.contains(reason) {
            progress.complaint = "\(reason): \(Redaction.line(event.message ?? "no message"))"
        }
        return progress
    }
}
