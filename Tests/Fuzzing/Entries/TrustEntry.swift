import Plan
import Trust

/// All that is read before anyone knows who wrote it.
enum TrustEntry {
    static func run(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let token = try? JoinToken(text: Secret(bytes)) {
            precondition((try? JoinToken(text: token.text())) == token)
            precondition(token.hash.utf8.count == 64)
        }
        if let identity = SPIFFEIdentity(uri: text) {
            precondition(identity.uri == text)
        }
        if let certificate = try? Certificate(pem: text) {
            _ = certificate.identity
            precondition(certificate.publicKeySHA256.utf8.count == 64)
            precondition((try? Certificate(pem: certificate.pem)) != nil)
        }
        if let request = try? CertificateRequest(pem: text) {
            precondition((try? CertificateRequest(pem: request.pem)) != nil)
        }
        if let key = try? PrivateKey(pem: Secret(bytes)) {
            precondition((try? key.pem()) != nil)
        }
    }
}
