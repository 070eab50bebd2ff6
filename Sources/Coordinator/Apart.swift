/// Runs short work in a task of its own and waits for it, so that what it took of the stack is given back
/// with that task. A task keeps the deepest stack that it ever had to its end; one that stays for weeks,
/// as an agent's session does, calls what goes deep in this way. The work is not cancelled with the
/// caller's task.
func apart<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let task = Task { () async -> Result<Value, Failure> in
        do throws(Failure) {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
    return try await task.value.get()
}
