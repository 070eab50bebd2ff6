internal import GRPCCore
internal import HTTP2Session
internal import NIOCore
internal import TLSSession

// How a connection ends: in peace, by a fault, or by loss.
extension Connection {
    /// Lets the calls that exist end, at most for `grace` (servers only). GOAWAY is said twice, so that
    /// requests that were under way at the first are still served (RFC 9113 section 6.8).
    func shutDown(grace: TimeAmount) {
        switch phase {
        case .draining, .lingering, .closed: return
        case .greeting:
            end(
                RPCError(code: .unavailable, message: "The connection is closing."),
                telling: .noError
            )
            return
        case .open: break
        }
        drain()
        for exchange in exchanges.all { exchange.stream.askToStop() }
        http2?.announceGoAway()
        http2?.ping()
        set(.secondGoAway, in: .seconds(1)) { $0.sayFinalGoAway() }
        set(.grace, in: grace) { connection in
            connection.end(
                RPCError(code: .unavailable, message: "The server stopped before the call ended."),
                telling: .noError
            )
        }
        flushSoon()
    }

    /// The client has had the time to hear the first GOAWAY.
    func sayFinalGoAway() {
        guard phase == .draining else { return }
        cancel(.secondGoAway)
        http2?.goAway()
        flushSoon()
    }

    /// No more calls begin here.
    func drain() {
        guard phase == .open || phase == .greeting else { return }
        phase = .draining
        handle.promises.drained.succeed(())
    }

    /// Ends the connection when there is nothing left to do on it.
    func endIfOver() {
        switch phase {
        case .greeting, .lingering, .closed: return
        case .open, .draining: break
        }
        let isIdle = phase == .draining && exchanges.isEmpty && timers[.secondGoAway] == nil
        guard isIdle || http2?.isOver == true else { return }
        // nghttp2 has said GOAWAY by itself.
        if phase == .open { log("the peer broke HTTP/2") }
        end(RPCError(code: .unavailable, message: "The connection was closed."), telling: .noError)
    }

    /// Ends the connection because the peer, or we, cannot go on.
    func breakOff(_ error: any Error) {
        let words = ConnectionTrouble.words(for: error)
        if phase != .lingering { log(words) }
        let reason =
            error as? RPCError
            ?? RPCError(code: .unavailable, message: "\(words).", cause: ConnectionRefusal(error))
        end(reason, telling: (error as? HTTP2Failure)?.code ?? .protocolError)
    }

    /// Says goodbye, ends every call for this reason, and closes when the peer has heard it.
    func end(_ reason: RPCError, telling code: HTTP2ErrorCode) {
        guard phase != .lingering, phase != .closed else { return }
        writeGoodbye(code)
        phase = .lingering
        release(reason)
        // Closing at once would let the kernel throw away what the peer has not read yet.
        channel.close(mode: .output, promise: nil)
        set(.linger, in: .seconds(1)) { $0.channel.close(promise: nil) }
    }

    /// Closes without a word, because nobody would hear it.
    func abandon(_ reason: RPCError) {
        log(reason.message)
        release(reason)
        phase = .lingering
        channel.close(promise: nil)
    }

    /// The socket is closed.
    func lose(_ reason: RPCError) {
        guard phase != .closed else { return }
        phase = .closed
        release(reason)
        for timer in timers.values { timer.cancel() }
        timers = [:]
        handle.bind(nil)
        handle.promises.ended.succeed(())
    }

    /// Ends every call, and lets go of all who wait.
    private func release(_ reason: RPCError) {
        cancel(.greeting)
        cancel(.heartbeat)
        cancel(.grace)
        cancel(.secondGoAway)
        cancel(.lifetime)
        cancel(.stalls)
        for exchange in exchanges.all {
            exchange.deadline?.cancel()
            _ = exchanges.remove(exchange.id)
            exchange.stream.close(reason)
        }
        handle.promises.ready.fail(reason)
        handle.promises.drained.succeed(())
    }
}
