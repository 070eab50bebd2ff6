internal import GRPCCore

/// What goes over a call's stream in either direction, in order.
enum CallPart: Sendable {
    /// What comes first.
    case metadata(Metadata)
    /// One message.
    case message([UInt8])
    /// What comes last, from the server.
    case status(Status, Metadata)

    /// What a part that waits counts for. The extra keeps empty messages from being free.
    var weight: Int {
        if case .message(let bytes) = self { bytes.count + 64 } else { 64 }
    }
}
