/// Where files come from, and their checksums.
public enum ArtifactSyntax {
    /// Checks a SHA-256: 64 lower-case hexadecimal digits.
    public static func sha256(_ text: String) throws(PlanComplaint) {
        let digits = "0123456789abcdef".utf8
        guard text.utf8.count == 64, text.utf8.allSatisfy(digits.contains) else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a SHA-256.",
                advice: "Write 64 hexadecimal digits in lower case; `sha256sum FILE` prints them."
            )
        }
    }

    /// Checks an `https`, `http` or `file` URL and answers its scheme.
    public static func url(_ text: String) throws(PlanComplaint) -> String {
        let visible = text.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\")
        }
        guard visible, text.utf8.count <= 2048 else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a URL.",
                advice: "Write at most 2048 characters of ASCII; encode others with \"%\"."
            )
        }
        let scheme = ["https", "http", "file"].first { text.hasPrefix($0 + "://") }
        guard let scheme else {
            throw PlanComplaint(
                "\(Quotation.of(text)) is not a URL of a kind known here.",
                advice: "Write https://…, or http://… together with \"sha256\", or "
                    + "file:///… for a file on the coordinator."
            )
        }
        let rest = text.dropFirst(scheme.count + 3)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        try checkHost(host, scheme: scheme, of: text)
        guard !text.contains("#") else {
            throw PlanComplaint(
                "\(Quotation.of(text)) has a fragment.",
                advice: "Remove \"#\" and what follows it: a file has no parts."
            )
        }
        return scheme
    }

    private static func checkHost(
        _ host: Substring,
        scheme: String,
        of text: String
    ) throws(PlanComplaint) {
        guard !host.contains("@") else {
            throw PlanComplaint(
                .secret,
                "The URL holds a user's name or password.",
                advice: "Secrets do not belong in a plan: fetch the file yourself and name it "
                    + "as file:///… on the coordinator."
            )
        }
        if scheme == "file" {
            guard host.isEmpty, text.utf8.count > "file:///".utf8.count else {
                throw PlanComplaint(
                    "\(Quotation.of(text)) names no file of the coordinator.",
                    advice: "Write three slashes and the whole path, as "
                        + "\"file:///srv/isthmus/k3s\"."
                )
            }
        } else {
            guard let first = host.first, first != ":" else {
                throw PlanComplaint(
                    "\(Quotation.of(text)) names no server.",
                    advice: "Write it whole, as \"https://example.org/k3s\"."
                )
            }
        }
    }
}
