import Glibc

/// From the line that says the port to the end of the standard input.
enum Lifetime {
    /// Says where the server listens.
    static func announce(port: Int) {
        let line = "listening \(port)\n"
        _ = line.utf8.withContiguousStorageIfAvailable { write(1, $0.baseAddress, $0.count) }
    }

    /// Returns when who started the process closes its standard input, or is gone.
    static func over() async {
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
