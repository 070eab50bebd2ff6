import Plan

/// Says in words for people why libyaml could not read a text.
enum YAMLFailure {
    static func problem(
        _ failure: YAMLEvents.Failure,
        in bytes: [UInt8],
        _ subject: DocumentSubject
    ) -> DocumentProblem {
        switch failure {
        case .syntax(let problem, let position, let context):
            if let context, context.words == "while scanning a quoted scalar",
                problem.contains("end of stream")
            {
                return make(
                    context.position,
                    "The text that begins here does not end.",
                    "Close it with the quote that opens it."
                )
            }
            let around =
                context.map { ", \($0.words) at \($0.position.line):\($0.position.column)" } ?? ""
            return make(position, "YAML cannot be read here: \(problem)\(around).", advice(problem))
        case .character(let problem, let offset):
            return make(
                DocumentText.position(of: offset, in: bytes),
                "YAML cannot be read here: \(problem).",
                "Remove the character; a \(subject.noun) has no use for control characters."
            )
        case .memory:
            return make(
                .start,
                "Values stand too deep within one another.",
                subject.depthAdvice
            )
        }
    }

    private static func advice(_ problem: String) -> String {
        if problem.contains("cannot start any token") || problem.contains("tab character") {
            return "Indent with spaces, not tabs; put a text that begins with @, `, % or a tab "
                + "into quotes."
        }
        return "Check quotes, brackets and the indentation of this line and the one before it."
    }

    private static func make(
        _ position: TextPosition,
        _ message: String,
        _ advice: String
    ) -> DocumentProblem {
        DocumentProblem(position, .root, PlanComplaint(.syntax, message, advice: advice))
    }
}
