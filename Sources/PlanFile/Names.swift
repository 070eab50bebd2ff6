import Document
import Plan

/// Names by the rules of RFC 1123.
enum Names {
    /// A host's id.
    static func hostID(_ node: DocumentNode) throws(PlanComplaint) -> HostID {
        let text = try Reading.text(node)
        guard let id = HostID(text) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a name for this.",
                advice: "Write 1 to 63 of a-z, 0-9 and \"-\", beginning and ending with a letter "
                    + "or digit\(lowerCaseHint(text))."
            )
        }
        return id
    }

    /// The cluster's name, which is written like an id.
    static func label(_ node: DocumentNode) throws(PlanComplaint) -> String {
        try hostID(node).description
    }

    /// A hostname, which is also a label's value in Kubernetes and so at most 63 bytes long.
    static func hostname(_ node: DocumentNode) throws(PlanComplaint) -> String {
        let text = try Reading.text(node)
        guard RFC1123.isName(text), text.utf8.count <= 63 else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a hostname.",
                advice: "Write at most 63 of a-z, 0-9, \"-\" and \".\", each part beginning and "
                    + "ending with a letter or digit\(lowerCaseHint(text))."
            )
        }
        return text
    }

    private static func lowerCaseHint(_ text: String) -> String {
        let lower = text.lowercased()
        return lower != text && RFC1123.isName(lower) ? ", as \"\(lower)\"" : ""
    }
}
