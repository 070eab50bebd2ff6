import Document
import Plan

/// Reads where a secret is found. What stands there instead is never shown: it may be the secret.
enum SecretDraft {
    /// How a reference is written.
    static let forms = "{\"env\": \"NAME\"}, {\"file\": \"/PATH\"} or {\"store\": \"NAME\"}"

    /// The reference, which may be none where it need not be there; nothing where it is wrong.
    static func read(
        _ parent: ObjectReader,
        _ key: String,
        isRequired: Bool = false
    ) -> SecretReference?? {
        let isObject = parent.optional(key, default: true) { node throws(PlanComplaint) in
            guard case .object = node.content else { throw literal }
            return true
        }
        guard isObject != nil else { return nil }
        let reader = parent.object(key, isRequired: isRequired)
        guard parent.has(key) else { return isRequired ? nil : .some(nil) }
        let references = [
            reader.optional("env", default: .some(nil), environment),
            reader.optional("file", default: .some(nil), file),
            reader.optional("store", default: .some(nil), store),
        ]
        guard ["env", "file", "store"].count(where: reader.has) == 1 else {
            reader.note(notOne)
            return nil
        }
        let named = references.compactMap { $0 ?? nil }
        return named.isEmpty ? nil : .some(named.first)
    }

    private static let literal = PlanComplaint(
        .secret,
        "Something stands here instead of the place where a secret is found.",
        advice:
            "A plan holds no secret: write \(forms). If it was the secret, change it: plans are "
            + "shared, compared and kept."
    )

    private static let notOne = PlanComplaint(
        "A secret is found in one place.",
        advice: "Write exactly one of \(forms)."
    )

    private static func environment(_ node: DocumentNode) throws(PlanComplaint) -> SecretReference?
    {
        let name = try text(node)
        let letters = name.utf8.allSatisfy {
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789".utf8.contains($0)
        }
        let first = name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard letters, first == true, name.utf8.count <= 128 else {
            throw PlanComplaint(
                .secret,
                "The name of an environment variable should stand here.",
                advice: "Write at most 128 of A-Z, 0-9 and \"_\", as \"CLOUDFLARE_API_TOKEN\". If "
                    + "it was the secret itself, change it."
            )
        }
        return .environment(name)
    }

    private static func file(_ node: DocumentNode) throws(PlanComplaint) -> SecretReference? {
        let path = try text(node)
        let isPath =
            path.hasPrefix("/") && (2...4095).contains(path.utf8.count)
            && path.utf8.allSatisfy { $0 >= 0x20 }
        guard isPath else {
            throw PlanComplaint(
                .secret,
                "The path of a file should stand here.",
                advice: "Write the whole path on the coordinator's machine, as "
                    + "\"/etc/isthmus/cloudflare-token\". If it was the secret itself, change it."
            )
        }
        return .file(path)
    }

    private static func store(_ node: DocumentNode) throws(PlanComplaint) -> SecretReference? {
        let name = try text(node)
        guard RFC1123.isLabel(name) else {
            throw PlanComplaint(
                .secret,
                "The name of a secret should stand here.",
                advice: "Write 1 to 63 of a-z, 0-9 and \"-\", as \"cloudflare-token\". If it was "
                    + "the secret itself, change it."
            )
        }
        return .store(name)
    }

    private static func text(_ node: DocumentNode) throws(PlanComplaint) -> String {
        guard case .string(let text) = node.content else {
            throw PlanComplaint(
                .secret,
                "The name of a secret's place should stand here, as a text.",
                advice: "Write \(forms). If it was the secret itself, change it."
            )
        }
        return text
    }
}
