import Document
import Plan

/// The fields of plans, as the reader of objects asks for them.
struct PlanCatalogue: FieldCatalogue {
    func keys(of path: String) -> [String] {
        PlanField.keys(of: path)
    }

    func adviceForMissing(_ path: String) -> String {
        PlanField.at(path).map { "Add it: \($0.meaning)" }
            ?? "Add it; it needs " + PlanField.required(in: path).joined(separator: ", ") + "."
    }

    func complaint(aboutUnknown key: String, in path: String) -> PlanComplaint {
        let name = Quotation.of(key)
        if PlanField.later[path]?.contains(key) == true {
            return PlanComplaint(
                "\(name) is not in this release.",
                advice: "Remove it; a later release will read it."
            )
        }
        let known = PlanField.keys(of: path)
        if let near = Suggestion.nearest(to: key, among: known) {
            return PlanComplaint(
                "\(name) is not a field here.",
                advice: "Did you mean \"\(near)\"?"
            )
        }
        if soundsSecret(key) {
            return PlanComplaint(
                "\(name) sounds like a secret, and a plan holds none.",
                advice: "Remove it, and change the secret if this file has been shared. Tokens "
                    + "between the hosts are made and handed over by the coordinator."
            )
        }
        let elsewhere = PlanField.all.first { $0.path.hasSuffix("." + key) }
        return PlanComplaint(
            "\(name) is not a field here.",
            advice: elsewhere.map { "There is \($0.path)." }
                ?? "Possible here: " + known.joined(separator: ", ") + "."
        )
    }

    private func soundsSecret(_ key: String) -> Bool {
        let letters = key.lowercased().filter(\.isLetter)
        return ["token", "password", "passwd", "secret", "apikey", "privatekey", "credential"]
            .contains { letters.contains($0) }
    }
}
