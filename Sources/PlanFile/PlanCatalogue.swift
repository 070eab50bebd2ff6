import Document
import Plan

/// The fields of plans, as the reader of objects asks for them.
struct PlanCatalogue: FieldCatalogue {
    func keys(of path: String) -> [String] {
        PlanField.keys(of: path)
    }

    func adviceForMissing(_ path: String) -> String {
        if let field = PlanField.at(path) { return "Add it: \(field.meaning)" }
        if PlanField.secrets.contains(path) { return "Add it: \(SecretDraft.forms)." }
        return "Add it; it needs " + PlanField.required(in: path).joined(separator: ", ") + "."
    }

    func complaint(aboutUnknown key: String, in path: String) -> PlanComplaint {
        let name = Quotation.of(key)
        if PlanField.later[path]?.contains(key) == true {
            return PlanComplaint(
                .unsupported,
                "\(name) is not in this release.",
                advice: "Remove it; a later release will read it."
            )
        }
        if let near = Suggestion.nearest(to: key, among: PlanField.keys(of: path)) {
            let letters =
                key.utf8.allSatisfy { $0 < 0x80 }
                ? "" : " What stands here has a letter that only looks like one of it."
            return unknown(name, advice: "Did you mean \"\(near)\"?" + letters)
        }
        if let field = PlanField.synonyms[key.lowercased().filter(\.isLetter)] {
            return unknown(name, advice: "The field for it is \(field).")
        }
        if SecretWords.areIn(key) {
            return PlanComplaint(
                .secret,
                "\(name) sounds like a secret, and a plan holds none.",
                advice: "Remove it, and change the secret if this file has been shared. "
                    + adviceForSecret(in: path)
            )
        }
        if let elsewhere = PlanField.all.first(where: { $0.path.hasSuffix("." + key) }) {
            return unknown(name, advice: "There is \(elsewhere.path).")
        }
        let known = PlanField.keys(of: path).joined(separator: ", ")
        return unknown(name, advice: "Possible here: \(known).")
    }

    /// Values of unknown keys are shown only where the key is a slip of the pen: whatever else
    /// stands there may be a secret. Values of secrets are never shown.
    func isPrivate(_ key: String, in path: String) -> Bool {
        let meant = meant(key, in: path)
        if PlanField.secrets.contains(path.isEmpty ? meant : path + "." + meant) { return true }
        let known = PlanField.keys(of: path)
        if known.contains(key) { return false }
        return SecretWords.areIn(key) || !known.contains("*") && !known.contains(meant)
    }

    func meant(_ key: String, in path: String) -> String {
        let known = PlanField.keys(of: path)
        if known.contains(key) { return key }
        return Suggestion.nearest(to: key, among: known) ?? key
    }

    private func unknown(_ name: String, advice: String) -> PlanComplaint {
        PlanComplaint(.unknown, "\(name) is not a field here.", advice: advice)
    }

    private func adviceForSecret(in path: String) -> String {
        let field = PlanField.secrets.first { $0.hasPrefix(path + ".") }
        guard let field else {
            return "Tokens between the hosts are made and handed over by the coordinator."
        }
        return "\(field) says where one is found: \(SecretDraft.forms)."
    }
}
