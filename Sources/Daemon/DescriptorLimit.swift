internal import Glibc

/// How many descriptors the process may have open: sockets and files together (getrlimit(2)).
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one. A service with a socket for each peer needs more than the
    /// 1,024 that a process begins with.
    ///
    /// - Returns: What holds from now on; 0 if the system does not say.
    public static func raise() -> UInt64 {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        var raised = limit
        raised.rlim_cur = raised.rlim_max
        return setrlimit(resource, &raised) == 0 ? UInt64(raised.rlim_cur) : UInt64(limit.rlim_cur)
    }
}
