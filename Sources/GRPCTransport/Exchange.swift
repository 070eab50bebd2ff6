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
    /// Whether what still comes is of no use.
    private(set) var isIgnored = false
    /// Since when a message that has half come makes no progress worth the name.
    private(set) var midMessageSince: NIODeadline?
    private var progress = 0
    /// Whether something has left since the last look.
    var hasSent = false
    private var heldSince: NIODeadline?

    init(id: StreamID, stream: CallStream, messageBytes: Int) {
        self.id = id
        self.stream = stream
        deframer = MessageDeframer(limit: messageBytes)
    }

    /// Drops what has half come, and what still comes.
    func ignoreRest() {
        isIgnored = true
        deframer = MessageDeframer(limit: 0)
        midMessageSince = nil
        heldSince = nil
    }

    /// Since when the peer lets nothing leave of what waits, as far as looks from time to time can tell;
    /// nil where something left since the last look, or nothing waits.
    func lastLeft(at now: NIODeadline) -> NIODeadline? {
        // Where the call was cut off, its status waits.
        let isWaiting = isIgnored || stream.unsent > 0
        if hasSent || !isWaiting { heldSince = nil }
        hasSent = false
        guard isWaiting else { return nil }
        defer { heldSince = heldSince ?? now }
        return heldSince
    }

    /// Whether bytes that came have left off in the middle of a message. Fewer than 1 KiB of them are no
    /// progress.
    func isMidMessage(after count: Int) -> Bool {
        guard !deframer.isBetweenMessages else {
            midMessageSince = nil
            progress = 0
            return false
        }
        progress += count
        if midMessageSince == nil || progress >= 1024 {
            midMessageSince = .now()
            progress = 0
        }
        return true
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
