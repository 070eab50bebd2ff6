internal import COpenSSL

/// The point in a client's handshake at which the server's chain is judged.
enum ServerVerification {
    static let callback: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
        chain,
        _ in
        guard let chain,
            let ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let session = SessionBIO.session(of: SSL_get_rbio(OpaquePointer(ssl)))
        else { return 0 }
        guard let objection = session.objection(to: chain) else { return 1 }
        session.note(objection: objection)
        if X509_STORE_CTX_get_error(chain) == X509_V_OK {
            X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION)
        }
        return 0
    }
}
