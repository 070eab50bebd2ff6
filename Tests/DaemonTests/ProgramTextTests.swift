import Daemon
import Testing

@Suite struct ProgramTextTests {
    @Test func `a program goes on after its code was let go`() {
        #expect(ProgramText.letGo() > 1 << 20)
        #expect((1...100).map { "\($0)" }.joined().count == 192)
    }

    @Test func `only code of files that nobody can write is let go`() {
        let file = "7f00-8000 r-xp 00000000 08:01 42    /usr/bin/node-agent"
        #expect(ProgramText.range(of: file) == 0x7f00..<0x8000)
        for other in [
            "7f00-8000 rwxp 00000000 08:01 42    /usr/bin/node-agent",
            "7f00-8000 r--p 00000000 08:01 42    /usr/bin/node-agent",
            "7f00-8000 r-xp 00000000 00:00 0     [vdso]", "7f00-8000 r-xp 00000000 00:00 0",
            "8000-7f00 r-xp 00000000 08:01 42    /usr/bin/node-agent",
            "zz-8000 r-xp 00000000 08:01 42      /usr/bin/node-agent", "",
        ] { #expect(ProgramText.range(of: other) == nil) }
    }
}
