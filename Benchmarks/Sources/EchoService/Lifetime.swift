internal import Glibc

/// How a process is measured: it says a line when it is ready, and lives to the end of its standard input.
public enum Lifetime {
    /// Says a line at once, without a buffer that would keep it back.
    public static func announce(_ text: String) {
        let line = "\(text)\n"
        _ = line.utf8.withContiguousStorageIfAvailable { write(1, $0.baseAddress, $0.count) }
    }

    /// Returns when who started the process closes its standard input, or is gone.
    public static func over() async {
        await withCheckedContinuation { continuation in
            let watch = Watch(continuation)
            var thread = pthread_t()
            let body = Unmanaged.passRetained(watch).toOpaque()
            pthread_create(&thread, nil, { Watch.run($0) }, body)
            pthread_detach(thread)
        }
    }

    /// A thread of its own, because reading blocks.
    private final class Watch {
        private let continuation: CheckedContinuation<Void, Never>

        init(_ continuation: CheckedContinuation<Void, Never>) {
            self.continuation = continuation
        }

        static func run(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            guard let body else { return nil }
            let watch = Unmanaged<Watch>.fromOpaque(body).takeRetainedValue()
            var byte: UInt8 = 0
            while read(0, &byte, 1) > 0 {}
            watch.continuation.resume()
            return nil
        }
    }
}
