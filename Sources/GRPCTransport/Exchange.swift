internal import GRPCCore
internal import HTTP2Session
internal import NIOCore

/// One call as its connection's loop sees it.
final class Exchange {
    let id: StreamID
    let stream: CallStream
    var deframer: MessageDeframer
    /// Whether our header block that precedes messages was submitted.
    var hasBegun = false
    /// Whether our direction was ended.
    var hasFinished = false
    /// Whether the peer's first header block that counts was seen.
    var sawHeaders = false
    /// The end of the client's patience, as far as this side knows it.
    var expiry: ContinuousClock.Instant?
    /// The server's own watch over the client's deadline.
    var deadline: Scheduled<Void>?

    init(id: StreamID, stream: CallStream, messageBytes: Int) {
        self.id = id
        self.stream = stream
        deframer = MessageDeframer(limit: messageBytes)
    }
}

/// The calls that a connection has, by stream and by number.
struct ExchangeTable {
    private var byID: [StreamID: Exchange] = [:]
    private var ids: [ObjectIdentifier: StreamID] = [:]

    var isEmpty: Bool { byID.isEmpty }

    var all: [Exchange] { Array(byID.values) }

    subscript(id: StreamID) -> Exchange? { byID[id] }

    subscript(stream: CallStream) -> Exchange? {
        ids[ObjectIdentifier(stream)].flatMap { byID[$0] }
    }

    mutating func insert(_ exchange: Exchange) {
        byID[exchange.id] = exchange
        ids[ObjectIdentifier(exchange.stream)] = exchange.id
    }

    mutating func remove(_ id: StreamID) -> Exchange? {
        guard let exchange = byID.removeValue(forKey: id) else { return nil }
        ids[ObjectIdentifier(exchange.stream)] = nil
        return exchange
    }
}
