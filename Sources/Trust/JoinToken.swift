public import Plan

/// What a new machine shows once to be let into a cluster: a secret that the coordinator keeps only
/// as a hash, and the fingerprint by which the machine knows the right coordinator.
///
/// Its text is one line, `isthmus-join-v1.ID.SECRET.PIN.CHECK`, of hexadecimal digits: 12 of the
/// id, 64 of the secret, 64 of the pin, and 8 that begin the SHA-256 of all before them. The check
/// tells a text that was cut short or mistyped from a token that the coordinator does not know.
public struct JoinToken: Sendable, Equatable {
    /// What the token is called in lists and logs: 12 hexadecimal digits.
    public let id: String
    /// 32 random bytes.
    public let secret: Secret
    /// SHA-256 of the authority's key, as `Certificate.publicKeySHA256`.
    public let authorityPin: String

    private static let prefix = "isthmus-join-v1"
    private static let idDigits = 12
    private static let secretDigits = 64
    private static let pinDigits = 64
    private static let checkDigits = 8
    private static let length =
        prefix.utf8.count + 4 + idDigits + secretDigits + pinDigits + checkDigits

    /// Makes a token for the coordinators that the authority vouches for. The generator must be
    /// unpredictable, as `SystemRandomNumberGenerator` is.
    public static func generate(
        authorityPin: String,
        using generator: inout some RandomNumberGenerator
    ) -> JoinToken {
        JoinToken(
            id: Hexadecimal.text(
                (0..<6).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            ),
            secret: Secret((0..<32).map { _ in .random(in: .min ... .max, using: &generator) }),
            authorityPin: authorityPin
        )
    }

    /// Reads a token's text; blanks and line ends around it do not matter. Fails with a message
    /// that says whether it is no token, cut short or mistyped, and shows nothing of it.
    public init(text: Secret) throws(TrustFailure) {
        let line = Self.trimmed(text.reveal())
        guard line.starts(with: "\(Self.prefix).".utf8) else {
            throw TrustFailure("this is no join token: those begin with “\(Self.prefix).”")
        }
        guard line.count >= Self.length else {
            throw TrustFailure(
                "the join token is cut short: it has \(line.count) of \(Self.length) characters"
            )
        }
        let parts = line.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard line.count == Self.length, parts.count == 5,
            parts.map(\.utf8.count).dropFirst().elementsEqual([
                Self.idDigits, Self.secretDigits, Self.pinDigits, Self.checkDigits,
            ]),
            Hexadecimal.bytes(parts[1]) != nil, Hexadecimal.bytes(parts[3]) != nil,
            let secret = Hexadecimal.bytes(parts[2]),
            Self.check(line.dropLast(Self.checkDigits)) == parts[4]
        else {
            throw TrustFailure("the join token is mistyped: copy it again as a whole")
        }
        self.init(id: parts[1], secret: Secret(secret), authorityPin: parts[3])
    }

    /// The line that is handed to the new machine.
    public func text() -> Secret {
        let body = Array(
            "\(Self.prefix).\(id).\(Hexadecimal.text(secret.reveal())).\(authorityPin).".utf8
        )
        return Secret(body + Array(Self.check(body).utf8))
    }

    /// SHA-256 of the secret in hexadecimal: what the coordinator stores.
    public var hash: String { SHA256.hex(secret.reveal()) }

    private init(id: String, secret: Secret, authorityPin: String) {
        self.id = id
        self.secret = secret
        self.authorityPin = authorityPin
    }

    private static func check(_ body: some Sequence<UInt8>) -> String {
        String(SHA256.hex(body).prefix(checkDigits))
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }
        return Array(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
