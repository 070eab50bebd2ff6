/// A K3s release, `vX.Y.Z+k3sN`.
public struct K3sVersion: Sendable, Hashable {
    /// X, Y, Z and N.
    public let numbers: [Int]

    /// Reads an exact release; a channel's name and anything before v1.26.2 is refused.
    public init(parsing text: String) throws(PlanComplaint) {
        let halves = text.split(separator: "+", omittingEmptySubsequences: false)
        guard halves.count == 2, let release = halves.first, let build = halves.last,
            release.first == "v", let numbers = ReleaseNumbers.read(release.dropFirst()),
            build.hasPrefix("k3s"),
            let revision = DecimalDigits.number(build.dropFirst(3).utf8, in: 1...999)
        else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not an exact K3s release.",
                advice: Self.advice(instead: text)
            )
        }
        guard !numbers.lexicographicallyPrecedes([1, 26, 2]) else {
            throw PlanComplaint(
                "K3s \(text) is too old.",
                advice: "Before v1.26.2 K3s could not make a join token for one host and a few "
                    + "minutes: choose a later release."
            )
        }
        self.numbers = numbers + [revision]
    }

    private static func advice(instead text: String) -> String {
        if ["stable", "latest", "testing"].contains(text) || isMinor(text) {
            return "That is a channel: what it stands for changes, and two runs of one plan would "
                + "differ. Write the release itself, as \"v1.34.3+k3s1\"."
        }
        if text.contains("-k3s") {
            return "Write \"+\" before \"k3s\" (only image tags have \"-\" there), "
                + "as \"v1.34.3+k3s1\"."
        }
        return "Write the release's tag, as \"v1.34.3+k3s1\"."
    }

    private static func isMinor(_ text: String) -> Bool {
        guard text.first == "v" else { return false }
        let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { DecimalDigits.number($0.utf8, in: 0...999) != nil }
    }
}

/// A Kilo release, `X.Y.Z`.
public enum KiloVersion {
    /// Checks that the text names an exact release.
    public static func check(_ text: String) throws(PlanComplaint) {
        guard ReleaseNumbers.read(text) == nil else { return }
        let rest = text.first == "v" ? text.dropFirst() : ""
        throw PlanComplaint(
            "\(Quotation.of(text)) is not an exact Kilo release.",
            advice: ReleaseNumbers.read(rest) == nil
                ? "Write the release's tag, as \"0.7.0\"."
                : "Kilo's tags have no \"v\": write \"\(rest)\"."
        )
    }
}

enum ReleaseNumbers {
    /// Three numbers joined by dots; nothing for any other text.
    static func read(_ text: some StringProtocol) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { DecimalDigits.number($0.utf8, in: 0...9999) }
        return parts.count == 3 && numbers.count == 3 ? numbers : nil
    }
}
