import Testing

@testable import Agent

@Suite struct LinkSuccessionTests {
    private let lost = SessionEnd.failed("lost")

    @Test func `a lost link is followed by another after a pause`() {
        var links = LinkSuccession()
        #expect(links.handle(.paused) == [.open(1, after: nil)])
        #expect(links.handle(.welcomed(1)) == [])
        #expect(links.handle(.ended(1, lost)) == [.reconnect(lost)])
        #expect(links.current == nil)
        #expect(links.handle(.paused) == [.open(2, after: nil)])
        #expect(links.handle(.paused) == [])
    }

    @Test func `with another credential the new link comes before the old one goes`() {
        var links = linked()
        #expect(links.handle(.credentialChanged) == [.open(2, after: 1)])
        #expect(links.current == 1)
        #expect(links.handle(.welcomed(2)) == [.retire(1)])
        #expect(links.current == 2)
        #expect(links.handle(.ended(1, lost)) == [])
    }

    @Test func `where the new link fails the old one stays, and it is tried again`() {
        var links = linked()
        _ = links.handle(.credentialChanged)
        #expect(links.handle(.ended(2, lost)) == [.keep(lost)])
        #expect(links.current == 1)
        #expect(links.handle(.paused) == [.open(3, after: 1)])
        #expect(links.handle(.welcomed(3)) == [.retire(1)])
        #expect(links.handle(.paused) == [])
    }

    @Test func `where the old link fails meanwhile the new one is waited for`() {
        var links = linked()
        _ = links.handle(.credentialChanged)
        #expect(links.handle(.ended(1, lost)) == [])
        #expect(links.handle(.paused) == [])
        var failing = links
        #expect(links.handle(.welcomed(2)) == [])
        #expect(links.current == 2)
        #expect(failing.handle(.ended(2, lost)) == [.reconnect(lost)])
        #expect(failing.handle(.paused) == [.open(3, after: nil)])
    }

    @Test func `a change during a change is followed too`() {
        var links = linked()
        _ = links.handle(.credentialChanged)
        #expect(links.handle(.credentialChanged) == [])
        #expect(links.handle(.welcomed(2)) == [.retire(1), .open(3, after: 2)])
        #expect(links.handle(.welcomed(3)) == [.retire(2)])
    }

    @Test func `a change while there is no link needs no second one`() {
        var links = linked()
        _ = links.handle(.ended(1, lost))
        #expect(links.handle(.credentialChanged) == [])
        #expect(links.handle(.paused) == [.open(2, after: nil)])
        #expect(links.handle(.welcomed(2)) == [])
    }

    /// Of two that say hello at once, the coordinator would take the one that it hears last for the
    /// newer one.
    @Test func `a change before the link is welcomed waits for that`() {
        var links = LinkSuccession()
        _ = links.handle(.paused)
        #expect(links.handle(.credentialChanged) == [])
        #expect(links.handle(.paused) == [])
        #expect(links.handle(.welcomed(1)) == [.open(2, after: 1)])
        #expect(links.handle(.welcomed(2)) == [.retire(1)])
    }

    private func linked() -> LinkSuccession {
        var links = LinkSuccession()
        _ = links.handle(.paused)
        _ = links.handle(.welcomed(1))
        return links
    }
}
