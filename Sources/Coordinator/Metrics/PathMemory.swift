import Preflight
import Synchronization

/// What hosts measured last of the ways between them, for as long as the coordinator runs.
final class PathMemory: Sendable {
    private struct State {
        var matrix = PathMatrix()
        var at: Int64?
    }

    private let state = Mutex(State())

    /// Takes the results of a run in; ways that were not measured this time keep what was known.
    func note(_ matrix: PathMatrix, at now: Int64) {
        let measured = matrix.results.filter { way, _ in matrix.measurement(way) != nil }
        guard !measured.isEmpty else { return }
        state.withLock { state in
            for (way, result) in measured { state.matrix[way] = result }
            state.at = now
        }
    }

    /// What is known, and since when, milliseconds since 1970; nothing before the first run.
    var latest: (matrix: PathMatrix, at: Int64)? {
        state.withLock { state in state.at.map { (state.matrix, $0) } }
    }
}
