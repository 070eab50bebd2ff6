internal import COpenSSL

/// The choice of the application protocol in the handshake (ALPN, RFC 7301).
enum ApplicationProtocol {
    /// The extension's form of one name; nil if it does not fit.
    static func offer(_ name: String) -> [UInt8]? {
        guard let length = UInt8(exactly: name.utf8.count), length > 0 else { return nil }
        return [length] + name.utf8
    }

    /// Refuses a client hello that offers no protocol at all.
    static let demand: SSL_client_hello_cb_fn = { session, alert, _ in
        var start: UnsafePointer<UInt8>?
        var length = 0
        let kind = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
        guard SSL_client_hello_get0_ext(session, kind, &start, &length) != 1 else {
            return SSL_CLIENT_HELLO_SUCCESS
        }
        alert?.pointee = SSL_AD_NO_APPLICATION_PROTOCOL
        return SSL_CLIENT_HELLO_ERROR
    }

    /// Takes the first offered protocol that the server admits, and demands a certificate for it
    /// within this very handshake when it is of that kind.
    static let select: SSL_CTX_alpn_select_cb_func = { session, out, outLength, list, length, raw in
        guard let session, let list, let raw else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let context = Unmanaged<TLSContext>.fromOpaque(raw).takeUnretainedValue()
        guard case .server(let admission) = context.role else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let offered = UnsafeBufferPointer(start: list, count: Int(length))
        for name in names(in: offered) {
            let text = String(decoding: offered[name], as: UTF8.self)
            guard let certificate = admission(text) else { continue }
            let mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            SSL_set_verify(session, certificate == .required ? mode : SSL_VERIFY_NONE, nil)
            out?.pointee = list + name.lowerBound
            outLength?.pointee = UInt8(name.count)
            return SSL_TLSEXT_ERR_OK
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    /// The ranges of the names in a list of length-prefixed ones; a broken tail is ignored.
    private static func names(in list: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var at = 0
        while at < list.count {
            let start = at + 1
            let end = start + Int(list[at])
            guard end > start, end <= list.count else { break }
            ranges.append(start..<end)
            at = end
        }
        return ranges
    }
}
