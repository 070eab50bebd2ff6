import COpenSSL

/// An X.500 name while a certificate or a request is made.
struct DistinguishedName {
    private let object: OwnedObject
    var pointer: OpaquePointer { object.pointer }

    /// Joins attributes such as ("CN", "web-1"); OpenSSL holds each to its X.520 length.
    init(_ attributes: [(type: String, value: String)]) throws(TrustFailure) {
        let object = OwnedObject(
            try OpenSSL.make("cannot make a name") { X509_NAME_new() },
            X509_NAME_free
        )
        for (type, value) in attributes {
            let bytes = Array(value.utf8)
            let count = Int32(clamping: bytes.count)
            try OpenSSL.require("“\(value)” cannot stand in a certificate's name") {
                X509_NAME_add_entry_by_txt(
                    object.pointer,
                    type,
                    MBSTRING_UTF8,
                    bytes,
                    count,
                    -1,
                    0
                ) == 1
            }
        }
        self.object = object
    }
}
