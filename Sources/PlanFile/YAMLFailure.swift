import Plan
import Yams

/// Says in words for people why libyaml could not read a text.
enum YAMLFailure {
    static func problem(_ error: YamlError, in text: String) -> PlanProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _):
            syntax(problem, context, mark)
        case .composer(_, let problem, let mark, _) where problem.contains("another document"):
            make(
                mark,
                "A second document begins here.",
                "Write each plan into a file of its own; remove \"---\" and what follows."
            )
        case .composer(let context, let problem, let mark, _):
            problem.contains("alias")
                ? make(mark, "An alias (\"*…\") stands here.", "Write the values out.")
                : syntax(problem, context, mark)
        case .duplicatedKeysInMapping(let keys, let context):
            make(
                context.mark,
                "The key \(Quotation.of(keys.first ?? "")) stands twice in one mapping; once here.",
                "Remove one of the two: readers disagree on which counts."
            )
        case .reader(let problem, let offset, _, _):
            make(
                place(of: offset ?? 0, in: text),
                "YAML cannot be read here: \(problem).",
                "Remove the character; a plan has no use for control characters."
            )
        case .memory:
            make(
                TextPosition.start,
                "Values stand too deep within one another.",
                "A plan needs no more than five levels: check the indentation."
            )
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            make(TextPosition.start, "The plan cannot be read as YAML.", "Check its syntax.")
        }
    }

    private static func syntax(
        _ problem: String,
        _ context: YamlError.Context?,
        _ mark: Mark
    ) -> PlanProblem {
        let around = context.map { ", \($0.text) at \($0.mark)" } ?? ""
        return make(mark, "YAML cannot be read here: \(problem)\(around).", advice(problem))
    }

    private static func advice(_ problem: String) -> String {
        if problem.contains("cannot start any token") || problem.contains("tab character") {
            return "Indent with spaces, not tabs; put a text that begins with @, `, % or a tab "
                + "into quotes."
        }
        if problem.contains("nesting") {
            return "A plan needs no more than five levels: check the indentation."
        }
        return "Check quotes, brackets and the indentation of this line and the one before it."
    }

    private static func make(_ mark: Mark, _ message: String, _ advice: String) -> PlanProblem {
        make(TextPosition(line: mark.line, column: mark.column), message, advice)
    }

    private static func make(
        _ position: TextPosition,
        _ message: String,
        _ advice: String
    ) -> PlanProblem {
        PlanProblem(position, .root, PlanComplaint(message, advice: advice))
    }

    private static func place(of offset: Int, in text: String) -> TextPosition {
        PlanText.position(of: text.prefix(offset).utf8.count, in: Array(text.utf8))
    }
}
