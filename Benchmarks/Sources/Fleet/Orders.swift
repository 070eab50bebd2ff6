import Glibc

/// What the fleet is told to do, one line of its standard input each.
enum Order: Sendable {
    /// Begin agents until there are so many, and wait until all have a session.
    case grow(Int)
    /// Count from now on.
    case watch
    /// Wait until all have come back since then.
    case gather
    /// Only answer.
    case tell

    /// Nothing where the line is no order.
    init?(_ line: String) {
        let words = line.split(separator: " ")
        switch (words.first, words.dropFirst().first.flatMap { Int($0) }) {
        case ("grow", let count?): self = .grow(count)
        case ("watch", nil): self = .watch
        case ("gather", nil): self = .gather
        case ("tell", nil): self = .tell
        default: return nil
        }
    }
}

/// The standard input.
enum Orders {
    /// All orders to its end, read by a thread of their own, because reading blocks.
    static var all: AsyncStream<Order> {
        let (orders, inbox) = AsyncStream.makeStream(of: Order.self)
        let body = Unmanaged.passRetained(Inbox(inbox)).toOpaque()
        var thread = pthread_t()
        pthread_create(&thread, nil, { Inbox.read($0) }, body)
        pthread_detach(thread)
        return orders
    }

    private final class Inbox {
        private let orders: AsyncStream<Order>.Continuation

        init(_ orders: AsyncStream<Order>.Continuation) {
            self.orders = orders
        }

        static func read(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            guard let body else { return nil }
            let inbox = Unmanaged<Inbox>.fromOpaque(body).takeRetainedValue()
            while let line = readLine() {
                if let order = Order(line) { inbox.orders.yield(order) }
            }
            inbox.orders.finish()
            return nil
        }
    }
}
