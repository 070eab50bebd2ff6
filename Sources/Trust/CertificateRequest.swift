import COpenSSL

/// A PKCS #10 request whose sender has shown that it holds the private key.
public struct CertificateRequest: Sendable {
    let request: OwnedObject
    /// The request as text.
    public let pem: String

    /// A request for the key. The name is for people who look at the request: no certificate takes
    /// it over. It must have 1 to 64 characters.
    public static func make(
        commonName: String,
        key: PrivateKey
    ) throws(TrustFailure) -> CertificateRequest {
        let request = OwnedObject(
            try OpenSSL.make("cannot make a certificate request") { X509_REQ_new() },
            X509_REQ_free
        )
        let name = try DistinguishedName([("CN", commonName)])
        try OpenSSL.require("cannot make a certificate request") {
            X509_REQ_set_version(request.pointer, 0) == 1
                && X509_REQ_set_subject_name(request.pointer, name.pointer) == 1
                && X509_REQ_set_pubkey(request.pointer, key.pointer) == 1
                && X509_REQ_sign(request.pointer, key.pointer, EVP_sha256()) > 0
        }
        return try CertificateRequest(request)
    }

    /// Reads a request. Fails where it is none, where its key is not on P-256, and where it is not
    /// signed with the key it asks a certificate for.
    public init(pem: String) throws(TrustFailure) {
        let request = OwnedObject(
            try OpenSSL.decode("cannot read the certificate request", Array(pem.utf8)) {
                PEM_read_bio_X509_REQ($0, nil, refusePassphrase, nil)
            },
            X509_REQ_free
        )
        let key = try OpenSSL.make("cannot read the certificate request's key") {
            X509_REQ_get0_pubkey(request.pointer)
        }
        guard P256.holds(key) else {
            throw TrustFailure("the certificate request's key is not on the curve P-256")
        }
        try OpenSSL.require("the certificate request is not signed with its own key") {
            X509_REQ_verify(request.pointer, key) == 1
        }
        try self.init(request)
    }

    private init(_ request: OwnedObject) throws(TrustFailure) {
        self.request = request
        pem = String(
            decoding: try OpenSSL.encode("cannot write the certificate request") {
                PEM_write_bio_X509_REQ($0, request.pointer)
            },
            as: UTF8.self
        )
    }
}
