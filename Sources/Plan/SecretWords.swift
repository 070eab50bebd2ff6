/// Words that name secrets.
public enum SecretWords {
    /// Whether a name, or a line of text, speaks of a secret.
    public static func areIn(_ text: some StringProtocol) -> Bool {
        let letters = text.lowercased().filter(\.isLetter)
            .replacing("secretsencryption", with: "")
        return words.contains { letters.contains($0) }
    }

    private static let words = [
        "token", "password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey",
        "credential", "vpnauth",
    ]
}
