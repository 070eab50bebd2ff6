internal import NIOConcurrencyHelpers

/// A value behind a lock, with the face of the standard library's type of this name, over a lock of
/// pthreads. Thread sanitizer sees those, and takes what that type guards for races: it waits inside
/// the runtime, which is not built for the sanitizer.
struct Mutex<Value: Sendable>: Sendable {
    private let box: NIOLockedValueBox<Value>

    init(_ value: Value) {
        box = NIOLockedValueBox(value)
    }

    /// Calls `body` with the value while no other thread has it. It must not take the lock again.
    func withLock<Answer, Failure>(
        _ body: (inout Value) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let result = box.withLockedValue { value -> Result<Answer, Failure> in
            do throws(Failure) {
                return .success(try body(&value))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
