import COpenSSL

/// A certificate before it is signed, with a fresh random number.
struct CertificateDraft {
    private let object: OwnedObject
    private var pointer: OpaquePointer { object.pointer }

    /// X.509 version 3 and 127 random bits as its number: positive, never 0, never guessed.
    init() throws(TrustFailure) {
        let object = OwnedObject(
            try OpenSSL.make("cannot make a certificate") { X509_new() },
            X509_free
        )
        try OpenSSL.require("cannot number a certificate") {
            guard X509_set_version(object.pointer, 2) == 1, let number = BN_new() else {
                return false
            }
            defer { BN_free(number) }
            repeat {
                guard BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 else {
                    return false
                }
            } while BN_is_zero(number) == 1
            return BN_to_ASN1_INTEGER(number, X509_get_serialNumber(object.pointer)) != nil
        }
        self.object = object
    }

    /// Without an issuer, the subject speaks for itself.
    func setNames(
        subject: DistinguishedName,
        issuer: Certificate? = nil
    ) throws(TrustFailure) {
        try OpenSSL.require("cannot name a certificate") {
            let issuer = issuer.map { X509_get_subject_name($0.pointer) } ?? subject.pointer
            return X509_set_subject_name(pointer, subject.pointer) == 1
                && X509_set_issuer_name(pointer, issuer) == 1
        }
    }

    /// The subject's name as another certificate has it.
    func setNames(subject: Certificate, issuer: Certificate) throws(TrustFailure) {
        try OpenSSL.require("cannot name a certificate") {
            X509_set_subject_name(pointer, X509_get_subject_name(subject.pointer)) == 1
                && X509_set_issuer_name(pointer, X509_get_subject_name(issuer.pointer)) == 1
        }
    }

    func setKey(of owner: PrivateKey) throws(TrustFailure) {
        try OpenSSL.require("cannot put the key into a certificate") {
            X509_set_pubkey(pointer, owner.pointer) == 1
        }
    }

    func setKey(of request: CertificateRequest) throws(TrustFailure) {
        try OpenSSL.require("cannot put the request's key into a certificate") {
            X509_set_pubkey(pointer, X509_REQ_get0_pubkey(request.request.pointer)) == 1
        }
    }

    func setKey(of other: Certificate) throws(TrustFailure) {
        try OpenSSL.require("cannot put the other's key into a certificate") {
            X509_set_pubkey(pointer, X509_get0_pubkey(other.pointer)) == 1
        }
    }

    /// Milliseconds since 1970; parts of a second are dropped.
    func setTimes(from start: Int64, to end: Int64) throws(TrustFailure) {
        try OpenSSL.require("cannot date a certificate") {
            ASN1_TIME_set(X509_getm_notBefore(pointer), Int(start / 1000)) != nil
                && ASN1_TIME_set(X509_getm_notAfter(pointer), Int(end / 1000)) != nil
        }
    }

    /// Adds an extension whose value is a fixed text, in the notation of x509v3_config(5). The key
    /// identifiers need the key, and the authority's also its certificate.
    func add(
        _ kind: ExtensionKind,
        _ value: String,
        issuer: Certificate? = nil
    ) throws(TrustFailure) {
        try OpenSSL.require("cannot add \(kind) to a certificate") {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuer?.pointer ?? pointer, pointer, nil, nil, 0)
            guard let made = X509V3_EXT_conf_nid(nil, &context, kind.number, value) else {
                return false
            }
            defer { X509_EXTENSION_free(made) }
            return X509_add_ext(pointer, made, -1) == 1
        }
    }

    /// Adds the subject alternative names, which never pass through a text that could be misread.
    func add(_ names: [SubjectName]) throws(TrustFailure) {
        try OpenSSL.require("cannot add its alternative names to a certificate") {
            guard let list = OPENSSL_sk_new_null() else { return false }
            defer { GENERAL_NAMES_free(list) }
            for name in names {
                guard let encoded = name.encoded() else { return false }
                guard OPENSSL_sk_push(list, encoded) > 0 else {
                    GENERAL_NAME_free(encoded)
                    return false
                }
            }
            return X509_add1_ext_i2d(
                pointer,
                NID_subject_alt_name,
                UnsafeMutableRawPointer(list),
                0,
                0
            ) == 1
        }
    }

    func signed(by key: PrivateKey) throws(TrustFailure) -> Certificate {
        try OpenSSL.require("cannot sign a certificate") {
            X509_sign(pointer, key.pointer, EVP_sha256()) > 0
        }
        return try Certificate(object)
    }
}

/// The extensions that are written as text.
enum ExtensionKind: String {
    case basicConstraints
    case keyUsage
    case extendedKeyUsage
    case subjectKeyIdentifier
    case authorityKeyIdentifier

    fileprivate var number: Int32 {
        switch self {
        case .basicConstraints: NID_basic_constraints
        case .keyUsage: NID_key_usage
        case .extendedKeyUsage: NID_ext_key_usage
        case .subjectKeyIdentifier: NID_subject_key_identifier
        case .authorityKeyIdentifier: NID_authority_key_identifier
        }
    }
}
