internal import COpenSSL

/// One TLS 1.3 session without a socket: ciphertext in, plaintext out, and the other way round.
///
/// Whoever owns it feeds it what the peer sent (`receive`) and sends the peer what it has to say
/// (`takeCiphertext`) after every call. It belongs to one thread at a time. After a thrown failure
/// only `takeCiphertext` is of use: it holds the alert that tells the peer why.
public final class TLSSession {
    /// Whether the peer may still send.
    public enum Reception: Equatable, Sendable {
        /// More may come.
        case open
        /// The peer ended its direction properly (close_notify).
        case ended
    }

    private let context: TLSContext
    private let ssl: OpaquePointer
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var output: [UInt8] = []
    private var objection: String?

    /// Whether the handshake is done.
    public private(set) var isEstablished = false

    /// Begins a session; a client's hello is there to be taken at once.
    ///
    /// - Parameter context: The rules, which decide whether this is a client or a server.
    /// - Throws: A failure if OpenSSL is out of memory.
    public init(_ context: TLSContext) throws(TLSFailure) {
        ErrorQueue.clear()
        guard let ssl = SSL_new(context.pointer) else {
            throw ErrorQueue.unusable("OpenSSL makes no session")
        }
        self.context = context
        self.ssl = ssl
        guard let bio = SessionBIO.make(for: self) else {
            throw ErrorQueue.unusable("OpenSSL makes no session")
        }
        SSL_set_bio(ssl, bio, bio)
        switch context.role {
        case .server:
            SSL_set_accept_state(ssl)
        case .client:
            SSL_set_connect_state(ssl)
            _ = try shakeHands()
        }
    }

    deinit {
        SSL_free(ssl)
    }

    /// Takes in what the peer sent.
    ///
    /// - Parameters:
    ///   - ciphertext: The bytes; not kept.
    ///   - established: Called once, when the handshake is done, before any plaintext.
    ///   - plaintext: Called with each portion, at most 16 KiB, valid during the call.
    /// - Throws: A `TLSFailure`, or what the closures throw.
    /// - Returns: Whether more may come.
    public func receive(
        _ ciphertext: UnsafeRawBufferPointer,
        established: () throws -> Void,
        plaintext: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Reception {
        input = ciphertext
        defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
        if !isEstablished {
            guard try shakeHands() else { return .open }
            isEstablished = true
            try established()
        }
        return try withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 16) { buffer in
            while let count = try read(into: buffer) {
                if count == 0 { return .open }
                try plaintext(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            return .ended
        }
    }

    /// Encrypts what the peer shall read; only once the session is established.
    ///
    /// - Parameter plaintext: The bytes; 16 KiB make one full record.
    /// - Throws: A failure if the session has ended.
    public func send(_ plaintext: UnsafeRawBufferPointer) throws(TLSFailure) {
        var rest = plaintext
        while !rest.isEmpty {
            ErrorQueue.clear()
            var count = 0
            guard SSL_write_ex(ssl, rest.baseAddress, rest.count, &count) == 1 else {
                throw .broken("TLS cannot send")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Ends our direction: the peer learns that nothing was cut off.
    public func close() {
        guard isEstablished else { return }
        ErrorQueue.clear()
        SSL_shutdown(ssl)
    }

    /// Hands over all that is to be sent to the peer.
    public func takeCiphertext() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// How many bytes wait to be taken.
    public var ciphertextCount: Int { output.count }

    /// The protocol that both sides agreed on in the handshake.
    public var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// What the verified certificate of the peer says; nil if the peer showed none.
    public var peerCertificate: PeerCertificate? {
        guard isEstablished, SSL_get_verify_result(ssl) == Int(X509_V_OK) else { return nil }
        return SSL_get0_peer_certificate(ssl).map {
            PeerCertificate($0, chain: SSL_get0_verified_chain(ssl))
        }
    }

    private func shakeHands() throws(TLSFailure) -> Bool {
        ErrorQueue.clear()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return true }
        if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return false }
        if let objection { throw untrusted(objection) }
        let verification = SSL_get_verify_result(ssl)
        guard verification == Int(X509_V_OK) else {
            throw untrusted(String(cString: X509_verify_cert_error_string(verification)))
        }
        throw .broken("the TLS handshake failed")
    }

    private func untrusted(_ reason: String) -> TLSFailure {
        ErrorQueue.clear()
        return TLSFailure(kind: .untrustedPeer, message: "certificate verify failed: \(reason)")
    }

    /// The count of bytes read, 0 when more ciphertext is needed, nil at a proper end.
    private func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Int? {
        ErrorQueue.clear()
        var count = 0
        let result = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return count }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return 0
        case SSL_ERROR_ZERO_RETURN: return nil
        default: throw .broken("TLS failed")
        }
    }
}

// What OpenSSL calls back for.
extension TLSSession {
    func takeInput(into target: UnsafeMutableRawPointer, room: Int) -> Int {
        let count = min(room, input.count)
        guard count > 0, let start = input.baseAddress else { return 0 }
        target.copyMemory(from: start, byteCount: count)
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    func addOutput(_ bytes: UnsafeRawBufferPointer) {
        output.append(contentsOf: bytes)
    }

    func objection(to chain: OpaquePointer) -> String? {
        guard case .client(let proof) = context.role else { return "no server's chain" }
        return proof.objection(to: chain)
    }

    func note(objection: String) {
        self.objection = objection
    }
}
