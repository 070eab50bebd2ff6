/// A certificate as text: one block of PEM (RFC 7468).
public enum CertificateText {
    /// The same as a regular expression of ECMA-262.
    static let pattern =
        "^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,76}\n){1,200}-----END CERTIFICATE-----\n?$"

    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// The text with one line feed at its end. What is in the block is not looked at.
    public static func normalized(_ text: String) throws(PlanComplaint) -> String {
        guard !text.contains("PRIVATE KEY") else {
            throw PlanComplaint(
                "This is a private key.",
                advice:
                    "It belongs on no machine of the cluster and into no plan. Make it anew, and "
                    + "write its certificate here."
            )
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        let body = lines.dropFirst().dropLast()
        guard lines.first ?? "" == begin, lines.last ?? "" == end, (1...200).contains(body.count),
            body.allSatisfy(isBase64)
        else {
            throw PlanComplaint(
                "This is no certificate in PEM.",
                advice: "Write the whole text of its file, from \(begin) to \(end), with its line "
                    + "breaks (in YAML behind a |, in JSON as \\n)."
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func isBase64(_ line: Substring) -> Bool {
        (1...76).contains(line.utf8.count)
            && line.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"),
                    UInt8(ascii: "/"), UInt8(ascii: "="):
                    true
                default: false
                }
            }
    }
}
