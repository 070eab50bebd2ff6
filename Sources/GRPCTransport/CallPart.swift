internal import GRPCCore

/// What goes over a call's stream in either direction, in order.
enum CallPart: Sendable {
    /// What comes first.
    case metadata(Metadata)
    /// One message.
    case message([UInt8])
    /// One message in the gzip format; who reads gets it as a `message`.
    case compressed([UInt8])
    /// What comes last, from the server.
    case status(Status, Metadata)

    /// What a part that waits counts for. The extra keeps empty messages from being free.
    var weight: Int {
        (payload?.count ?? 0) + 64
    }

    /// The bytes of a message, as they go over the wire.
    var payload: [UInt8]? {
        switch self {
        case .message(let bytes), .compressed(let bytes): bytes
        case .metadata, .status: nil
        }
    }
}
