internal import GRPCCore

/// What arrived on a stream and was not yet read.
///
/// It never resumes the reader itself but returns it: that must happen outside of the lock, because
/// the reader's cancellation takes the same one.
struct InboundParts {
    typealias Reader = CheckedContinuation<CallPart?, any Error>

    private enum End {
        case open
        case finished
        case failed(any Error)
    }

    private let highWater: Int
    private var parts: [CallPart] = []
    private var next = 0
    private var unread = 0
    private var withheld = 0
    private var end = End.open
    private var reader: Reader?

    /// - Parameter highWater: How many unread bytes there may be before the peer must wait.
    init(highWater: Int) {
        self.highWater = highWater
    }

    /// Keeps a part, unless a reader waits: then the part is for it.
    mutating func deliver(_ part: CallPart) -> Reader? {
        guard case .open = end else { return nil }
        if let reader = takeReader() { return reader }
        parts.append(part)
        unread += part.weight
        return nil
    }

    /// The peer has finished; what was delivered can still be read. A reader that waits gets nil.
    mutating func finish() -> Reader? {
        guard case .open = end else { return nil }
        end = .finished
        return takeReader()
    }

    /// Nothing can be read any more. A reader that waits gets the error.
    mutating func fail(_ error: any Error) -> Reader? {
        if case .failed = end { return nil }
        end = .failed(error)
        parts = []
        next = 0
        unread = 0
        return takeReader()
    }

    /// What a reader gets without waiting.
    enum Reading {
        /// A part, and whether window that was withheld can now be given back.
        case part(CallPart, credit: Bool)
        case finished
        case nothingYet
    }

    mutating func read() throws -> Reading {
        if next < parts.count {
            let part = parts[next]
            next += 1
            if next == parts.count {
                parts.removeAll()
                next = 0
            }
            unread -= part.weight
            return .part(part, credit: withheld > 0 && unread <= highWater / 4)
        }
        switch end {
        case .open: return .nothingYet
        case .finished: return .finished
        case .failed(let error): throw error
        }
    }

    /// Keeps a reader until something arrives; false if one waits already.
    mutating func wait(_ reader: Reader) -> Bool {
        guard self.reader == nil else { return false }
        self.reader = reader
        return true
    }

    /// The reader waits no longer.
    mutating func takeReader() -> Reader? {
        defer { reader = nil }
        return reader
    }

    /// Whether the window for `count` more received bytes may be given back at once. If not, it is
    /// withheld until the reader has caught up.
    mutating func earnsCredit(_ count: Int) -> Bool {
        if unread < highWater { return true }
        withheld += count
        return false
    }

    /// Whether window is withheld.
    var holdsPeerBack: Bool { withheld > 0 }

    /// The withheld window, once the reader has caught up.
    mutating func takeCredit() -> Int {
        guard unread <= highWater / 4 else { return 0 }
        defer { withheld = 0 }
        return withheld
    }
}
