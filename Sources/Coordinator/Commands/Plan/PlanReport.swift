import ArgumentParser
import Document
import Foundation
import Plan
import PlanFile
import Trust

/// What the plan's commands print.
struct PlanReport: Sendable {
    private let format: OutputFormat

    /// Chooses for whom.
    init(_ format: OutputFormat) {
        self.format = format
    }

    /// That a plan has no problems: its sum and its digest.
    func sound(_ text: PlanText) -> String {
        let plan = text.plan
        let cautions = text.cautions
        let digest = Self.digest(of: plan)
        let agents = plan.hosts.count { $0.role == .agent }
        switch format {
        case .text:
            let hosts =
                agents == 0 ? "1 server" : "1 server, \(agents) agent\(agents == 1 ? "" : "s")"
            return "\(plan.metadata.name): \(hosts), K3s \(plan.k3s.version), "
                + "Kilo \(plan.mesh.kiloVersion); no problems"
                + (cautions.count == 0
                    ? "" : ", \(cautions.count) caution\(cautions.count == 1 ? "" : "s")")
                + "; digest \(digest)"
        case .json:
            return PlanValue.object([
                .init("agents", .integer(Int64(agents))),
                .init("cautions", Self.list(cautions)),
                .init("cluster", .string(plan.metadata.name)),
                .init("digest", .string(digest)),
                .init("file", .string(text.name)),
                .init("omitted", .integer(0)),
                .init("problems", .list([])),
                .init("servers", .integer(Int64(plan.hosts.count - agents))),
                .init("valid", .boolean(true)),
            ]).canonicalJSON()
        }
    }

    /// A plan with its defaults and their reasons.
    func explained(_ explanation: PlanExplanation) -> String {
        let digest = Self.digest(of: explanation.plan)
        switch format {
        case .text:
            return """
                # The plan with every default written out; read again, it is the same plan.
                # digest: \(digest)
                \(explanation.text().dropLast())
                """
        case .json:
            return PlanValue.object([
                .init("defaults", .list(explanation.defaults.map(\.asData))),
                .init("digest", .string(digest)),
                .init("plan", explanation.plan.value),
            ]).canonicalJSON()
        }
    }

    /// Prints a plan's problems and ends the command: for people on standard error, for programs
    /// as the result that they wait for.
    func refuse(_ problems: DocumentProblems, closing: String? = nil) throws -> Never {
        switch format {
        case .text:
            show(problems)
            closing.map(StandardError.write)
        case .json: StandardOutput.write(Self.data(problems).canonicalJSON())
        }
        throw ExitCode(CommandExit.usage.rawValue)
    }

    /// Tells people what this release does not carry out; programs find it in the result.
    func tell(_ cautions: DocumentProblems) {
        if format == .text, cautions.count > 0 { show(cautions) }
    }

    private func show(_ problems: DocumentProblems) {
        let terminal = Terminal(
            isTerminal: isatty(STDERR_FILENO) == 1,
            environment: ProcessInfo.processInfo.environment
        )
        let text = problems.rendered(color: terminal.style.color)
        StandardError.write(String(text.dropLast()))
    }

    /// The SHA-256 that names a plan.
    static func digest(of plan: ClusterPlan) -> String {
        SHA256.hex(plan.canonicalJSON().utf8)
    }

    private static func data(_ problems: DocumentProblems) -> PlanValue {
        .object([
            .init("cautions", .list([])),
            .init("file", .string(problems.name)),
            .init("omitted", .integer(Int64(problems.omitted))),
            .init("problems", list(problems)),
            .init("valid", .boolean(false)),
        ])
    }

    private static func list(_ problems: DocumentProblems) -> PlanValue {
        .list(
            problems.problems.map { problem in
                .object([
                    .init("file", .string(problems.name)),
                    .init("line", .integer(Int64(problem.line))),
                    .init("column", .integer(Int64(problem.column))),
                    .init("endLine", .integer(Int64(problem.line))),
                    .init("endColumn", .integer(Int64(problem.endColumn))),
                    .init("pointer", .string(problem.pointer.description)),
                    .init("severity", .string(problems.severity.rawValue)),
                    .init("code", .string(problem.complaint.kind.rawValue)),
                    .init("message", .string(problem.message)),
                    .init("advice", .string(problem.advice)),
                ])
            }
        )
    }
}

extension PlanExplanation.Default {
    /// The default for programs.
    fileprivate var asData: PlanValue {
        .object([
            .init("pointer", .string(pointer.description)),
            .init("value", value),
            .init("reason", .string(reason)),
        ])
    }
}
