public import Plan

/// Asks a published name over HTTPS, as anybody in the internet would. Runs on the server. Changes
/// nothing.
///
/// It asks no earlier than the name is published: who asks for a DNS name before it is there
/// remembers for up to half an hour that there is none.
public struct AskPublicName: Step {
    /// `public-name`.
    public static let kind = "public-name"

    /// The DNS name.
    public var hostname: String
    /// The namespace of the Ingress that publishes it.
    public var namespace: String
    /// That Ingress.
    public var ingress: String

    /// Names a name.
    public init(hostname: String, namespace: String, ingress: String) {
        self.hostname = hostname
        self.namespace = namespace
        self.ingress = ingress
    }

    /// `ask https://NAME/`.
    public var title: String { "ask https://\(hostname)/" }

    /// It only looks.
    public var disruption: Disruption { .none }

    /// Asks once, where the name is published.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let progress = try await IngressProgress.look(at: ingress, in: namespace, Kubectl(context))
        let answer: Answer =
            progress.isSynced ? try await ask(context) : .gap("not published yet", remedy: "")
        guard case .gap(let what, _) = answer else { return .satisfied }
        return .changes([.setting(name: "https://\(hostname)/", before: what, after: "answers")])
    }

    /// Asks again and again until the deadline.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let deadline = Deadline(context)
        var last = Answer.answers
        let done: Bool? = try await context.poll(every: 5000, until: deadline) {
            () async throws(StepFailure) -> Bool? in
            let answer = try await ask(context)
            if answer != last, case .gap(let what, _) = answer {
                context.report("\(hostname): \(what)")
            }
            last = answer
            return answer == .answers ? true : nil
        }
        guard done == nil, case .gap(let what, let remedy) = last else { return [:] }
        throw StepFailure(
            "https://\(hostname)/ does not answer after \(deadline.description): \(what)",
            remedy: remedy
        )
    }

    /// `apply` has seen it answer; there is nothing more to see.
    public func verify(_ context: StepContext) async throws(StepFailure) {}

    private enum Answer: Equatable {
        case answers
        case gap(String, remedy: String)
    }

    private func ask(_ context: StepContext) async throws(StepFailure) -> Answer {
        let command = Command(
            [
                "curl", "--silent", "--show-error", "--output", "/dev/null",
                "--write-out", "%{http_code}", "--proto", "=https", "--max-time", "15",
                "https://\(hostname)/",
            ],
            timeout: 20_000
        )
        guard let result = try await context.probe(command) else {
            return .gap("it was not asked in time", remedy: "Install curl on the server.")
        }
        guard result.status == 0 else { return unreached(result) }
        return judge(Int(result.standardOutput.filter(\.isNumber)) ?? 0)
    }

    /// Any answer of what stands behind the name counts, a login page of Cloudflare Access too.
    /// Cloudflare's own complaints are 5xx: 530 without a tunnel, 502 without a service behind it.
    private func judge(_ status: Int) -> Answer {
        switch status {
        case 200...499:
            .answers
        case 502:
            .gap(
                "Cloudflare answers with 502: the tunnel reaches no service",
                remedy:
                    "See `k3s kubectl -n \(namespace) get endpoints` on the server: the service "
                    + "behind the name needs a pod that is ready."
            )
        case 530:
            .gap(
                "Cloudflare answers with 530: no connector has opened the tunnel",
                remedy: "See `k3s kubectl -n \(CloudflareTunnel.name) logs "
                    + "deployment/\(CloudflareTunnel.connector)` on the server; nodes need a way out "
                    + "to TCP and UDP 7844."
            )
        default:
            .gap("it answers with the status \(status)", remedy: "")
        }
    }

    /// curl's own exit statuses.
    private func unreached(_ result: CommandResult) -> Answer {
        let words = result.standardError.split(separator: "\n").last.map(String.init) ?? ""
        return switch result.status {
        case 6:
            .gap(
                "the name is not known to the server's DNS yet",
                remedy:
                    "See `getent hosts \(hostname)` on the server and elsewhere; a resolver that "
                    + "was asked too early remembers for up to half an hour that there is no such "
                    + "name."
            )
        case 60:
            .gap(
                "its certificate is not trusted",
                remedy:
                    "Cloudflare gives certificates to a zone's own name and to one label before "
                    + "it; deeper names need an advanced certificate there."
            )
        default:
            .gap(
                "no connection: \(Redaction.line(words))",
                remedy: "See `curl -v https://\(hostname)/` on the server."
            )
        }
    }
}
