import Daemon
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(4))) struct WatchdogTests {
    @Test func `half of what systemd allows lies between two signs of life`() {
        #expect(Watchdog(microseconds: "60000000", process: "7", own: 7)?.interval == .seconds(30))
        #expect(Watchdog(microseconds: "60000000", process: nil, own: 7)?.interval == .seconds(30))
    }

    @Test(arguments: [nil, "", "0", "1", "-5", "soon", "99999999999999999999"] as [String?])
    func `where nothing sensible is asked there is none`(_ microseconds: String?) {
        #expect(Watchdog(microseconds: microseconds, process: nil, own: 7) == nil)
    }

    @Test func `another process's signs of life are not ours to give`() {
        #expect(Watchdog(microseconds: "60000000", process: "8", own: 7) == nil)
    }

    @Test func `what fails to prove itself gives no sign, and what can gives one again and again`()
        async throws
    {
        let watchdog = try #require(Watchdog(microseconds: "2000", process: nil, own: 7))
        let (signs, heard) = AsyncStream.makeStream(of: Int.self)
        let proofs = Mutex(0)
        let life = Task {
            await watchdog.keepAlive {
                heard.yield(proofs.withLock { $0 })
            } proof: {
                let count = proofs.withLock { count in
                    count += 1
                    return count
                }
                if count % 2 == 0 { throw Hung() }
            }
        }
        var seen: [Int] = []
        for await sign in signs.prefix(3) { seen.append(sign) }
        life.cancel()
        #expect(seen == [1, 3, 5])
    }

    private struct Hung: Error {}
}
