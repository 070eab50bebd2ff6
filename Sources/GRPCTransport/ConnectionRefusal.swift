internal import TLSSession

/// Which side would not have the other, where a server was reached and there is no connection all the
/// same. The cause of the `RPCError` that a call then ends with.
public enum ConnectionRefusal: Error, Equatable, Sendable {
    /// The server refused us: our certificate, or the protocol we asked for.
    case byServer
    /// We refused the server: it is not who it should be.
    case ofServer

    /// Nothing where the failure has another reason.
    init?(_ error: any Error) {
        switch (error as? TLSFailure)?.kind {
        case .refusedByPeer: self = .byServer
        case .untrustedPeer: self = .ofServer
        case .unusableIdentity, .brokenByPeer, nil: return nil
        }
    }
}
