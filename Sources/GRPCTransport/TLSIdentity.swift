/// The certificate with which one side shows who it is, and the authorities it believes.
///
/// The key never appears in a description, a dump or an error.
public struct TLSIdentity: Sendable, CustomStringConvertible, CustomReflectable {
    /// PEM: our certificate first, then any that lie between it and the authority.
    public let certificate: String
    /// PEM: the unencrypted private key.
    public let key: [UInt8]
    /// PEM: one or more certificates, which verify the peers.
    public let authorities: String

    /// Takes the three texts; they are checked when a transport first uses them.
    ///
    /// - Parameters:
    ///   - certificate: PEM, our certificate first.
    ///   - key: PEM, unencrypted.
    ///   - authorities: PEM, one or more.
    public init(certificate: String, key: [UInt8], authorities: String) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    /// Always `<TLS identity>`.
    public var description: String { "<TLS identity>" }

    /// Shows nothing to `dump` and to test failures.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
