import Daemon
import Logging

/// What the driver of the links is told.
enum LinkEvent: Sendable {
    /// Something that decides about links.
    case succession(LinkSuccession.Event)
    /// The coordinator asks for another spread of the agents' return, in milliseconds.
    case spread(Int64)
}

/// Does what `LinkSuccession` decides.
struct LinkDriver {
    private var succession = LinkSuccession()
    private var links: [LinkSuccession.Number: Link] = [:]
    private var delay: ReconnectDelay
    /// When the coordinator said welcome first since there was no link; on the monotonic clock.
    private var welcomed: Int64?
    private let inbox: AsyncStream<LinkEvent>.Continuation
    private let logger: Logger
    private let open: (LinkSuccession.Number, Link?) -> Link

    /// How long a link that could not be replaced stays before that is tried again.
    private static let patience: Int64 = 10_000

    /// Opens nothing yet.
    init(
        delay: ReconnectDelay,
        inbox: AsyncStream<LinkEvent>.Continuation,
        logger: Logger,
        open: @escaping (LinkSuccession.Number, Link?) -> Link
    ) {
        self.delay = delay
        self.inbox = inbox
        self.logger = logger
        self.open = open
    }

    /// Acts on an event; links and pauses run in the group.
    mutating func handle(_ event: LinkEvent, in group: inout DiscardingTaskGroup) {
        switch event {
        case .spread(let spread):
            delay.take(spread: spread)
        case .succession(let event):
            if case .welcomed = event { welcomed = welcomed ?? WallClock.monotonic() }
            for effect in succession.handle(event) { perform(effect, in: &group) }
            if case .ended(let number, _) = event { links[number] = nil }
        }
    }

    private mutating func perform(
        _ effect: LinkSuccession.Effect,
        in group: inout DiscardingTaskGroup
    ) {
        switch effect {
        case .open(let number, let predecessor):
            let link = open(number, predecessor.flatMap { links[$0] })
            links[number] = link
            group.addTask { [inbox] in
                await link.run { inbox.yield(.succession(.ended(number, $0))) }
            }
        case .retire(let number):
            links[number]?.retire()
            logger.info("a new connection has taken the old one's place")
        case .reconnect(let end):
            pause(nextDelay(), in: &group) { log(end, delay: $0) }
        case .keep(let end):
            pause(Self.patience, in: &group) { delay in
                logger.log(
                    .warning,
                    "no connection with the new certificate; the old one stays",
                    [.reason: end.words, .delay: "\(delay)"]
                )
            }
        }
    }

    private mutating func nextDelay() -> Int64 {
        let now = WallClock.monotonic()
        if let welcomed { delay.noteSession(lasting: now - welcomed) }
        welcomed = nil
        var generator = SystemRandomNumberGenerator()
        return delay.next(at: now, using: &generator)
    }

    private func pause(
        _ delay: Int64,
        in group: inout DiscardingTaskGroup,
        log: (Int64) -> Void
    ) {
        guard !Task.isCancelled else { return }
        log(delay)
        group.addTask { [inbox] in
            try? await Task.sleep(for: .milliseconds(delay))
            inbox.yield(.succession(.paused))
        }
    }

    private func log(_ end: SessionEnd, delay: Int64) {
        switch end {
        case .drained:
            logger.log(.info, "session ended", [.reason: end.words, .delay: "\(delay)"])
        case .refused:
            logger.log(
                .error,
                """
                the coordinator refuses this agent's certificate; on the coordinator's machine: \
                coordinator token create, then here: node-agent enroll --force
                """,
                [.reason: end.words, .delay: "\(delay)"]
            )
        case .failed:
            logger.log(
                .warning,
                "no link to the coordinator",
                [.reason: end.words, .delay: "\(delay)"]
            )
        }
    }
}
