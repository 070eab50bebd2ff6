import Daemon
import Glibc
import Testing

@Suite struct DescriptorLimitTests {
    private let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    @Test func `the soft limit becomes the hard one`() {
        var before = rlimit()
        #expect(getrlimit(resource, &before) == 0)
        var lowered = before
        lowered.rlim_cur -= 1
        #expect(setrlimit(resource, &lowered) == 0)
        defer { setrlimit(resource, &before) }
        #expect(DescriptorLimit.raise() == UInt64(before.rlim_max))
        var after = rlimit()
        #expect(getrlimit(resource, &after) == 0)
        #expect(after.rlim_cur == before.rlim_max)
    }
}
