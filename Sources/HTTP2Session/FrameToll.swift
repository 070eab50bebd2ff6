/// A count of the frames that cost their sender nothing and their receiver something: empty DATA,
/// PRIORITY, RST_STREAM, SETTINGS, PING and WINDOW_UPDATE. nghttp2 bounds some of these floods, but
/// not all. Frames of unknown types it skips unseen, for no more work than it is to receive them.
///
/// A header block over the limit is paid for too, as fifty frames: a few bytes can stand for very many
/// headers (RFC 7541 section 7.3).
///
/// It is a bucket of tokens. Time refills it, and so does every DATA frame that we send, because an
/// honest peer answers those with WINDOW_UPDATE and PING.
struct FrameToll {
    private let allowance: FrameAllowance
    private var tokens: Double
    private var filledAt: UInt64?

    init(_ allowance: FrameAllowance) {
        self.allowance = allowance
        tokens = Double(allowance.burst)
    }

    /// Takes the toll for one cheap frame, or for what costs us as much as several.
    ///
    /// - Parameters:
    ///   - frames: How many.
    ///   - now: Nanoseconds of a clock that never goes back.
    /// - Returns: False if the peer has no tokens left.
    mutating func pay(for frames: Double = 1, at now: UInt64) -> Bool {
        if let filledAt, now > filledAt {
            earn(Double(now - filledAt) / 1e9 * Double(allowance.perSecond))
        }
        filledAt = now
        guard tokens >= frames else { return false }
        tokens -= frames
        return true
    }

    /// Gives back what one DATA frame of ours may provoke.
    mutating func sentData() {
        earn(2)
    }

    private mutating func earn(_ more: Double) {
        tokens = min(Double(allowance.burst), tokens + more)
    }
}
