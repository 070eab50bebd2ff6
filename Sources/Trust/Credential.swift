public import Plan

/// What a process proves itself with, and whom it believes.
public struct Credential: Sendable, Equatable {
    /// PEM; the first certificate is the process' own.
    public var certificate: String
    /// PEM.
    public var key: Secret
    /// PEM; the authorities that others are believed by.
    public var authorities: String

    /// Joins the parts.
    public init(certificate: String, key: Secret, authorities: String) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    /// Reads what `store` wrote. Fails where a file is missing or unreadable, and where the key is
    /// not that of the certificate.
    public static func load(from directory: String) throws(TrustFailure) -> Credential {
        let files = CredentialFiles(directory: directory)
        let certificate = try files.text(of: files.certificate)
        let authorities = try files.text(of: files.authorities)
        guard (try? Certificate(pem: authorities)) != nil else {
            throw TrustFailure("\(files.authorities) holds no certificate")
        }
        guard let parsed = try? Certificate(pem: certificate) else {
            throw TrustFailure("\(files.certificate) holds no certificate")
        }
        guard let key = try files.key(of: parsed) else {
            throw TrustFailure("\(files.key) is not the key of \(files.certificate)")
        }
        return Credential(certificate: certificate, key: key, authorities: authorities)
    }

    /// Writes cert.pem and ca.pem (0644) and key.pem (0600), each as a whole, into a directory that
    /// is made with mode 0700 where there is none. Fails before any change where the key is not
    /// that of the certificate; interrupted anywhere, it leaves the old pair or the new one.
    public func store(in directory: String) throws(TrustFailure) {
        guard try PrivateKey(pem: key).belongs(to: try Certificate(pem: certificate)) else {
            throw TrustFailure("the private key is not that of the certificate")
        }
        _ = try Certificate(pem: authorities)
        do throws(FileFailure) {
            try CredentialFiles(directory: directory).replace(with: self)
        } catch {
            throw TrustFailure(error.description)
        }
    }
}
