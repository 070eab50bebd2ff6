import Foundation
import Glibc
import Synchronization

/// A program that a test starts by posix_spawn(3), with nothing of the test's but three streams.
///
/// Foundation's `Process` is not used: where many run at once it has crashed the tests in its own `run`.
final class ChildProcess: Sendable {
    /// Its number; also its group's.
    let id: pid_t
    /// How it ended, as waitpid(2) says; nothing while it runs.
    private let ending = Mutex<Int32?>(nil)

    /// The files that it has as standard input, output and error output.
    struct Streams {
        var input: Int32
        var output: Int32
        var complaint: Int32
    }

    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        streams: Streams
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [streams.input, streams.output, streams.complaint].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream, Int32(number))
        }
        Self.closeAll(from: 3, &actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        // The thread that starts it may block signals, and the tests may ignore some.
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var id = pid_t()
        let failure = posix_spawn(&id, executable, &actions, &attributes, &words, &variables)
        guard failure == 0 else {
            throw NeverCame(description: "\(executable): \(String(cString: strerror(failure)))")
        }
        self.id = id
    }

    /// What the tests listen on must not live on in a program. Swift does not see the function, which is
    /// glibc's own (2.34).
    private static func closeAll(from first: Int32, _ actions: inout posix_spawn_file_actions_t) {
        typealias CloseFrom =
            @convention(c) (
                UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32
            ) -> Int32
        let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        guard let symbol else { return }
        _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, first)
    }

    deinit {
        guard isRunning else { return }
        kill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Whether it goes on; once it does not, its number may be another's.
    var isRunning: Bool {
        ending.withLock { ending in
            guard ending == nil else { return false }
            var status: Int32 = 0
            if waitpid(id, &status, WNOHANG) == id { ending = status }
            return ending == nil
        }
    }

    /// What it ended with; the number of the signal that ended it; 0 while it runs.
    var terminationStatus: Int32 {
        let status = ending.withLock { $0 } ?? 0
        return status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f
    }

    /// Sends it a signal, if it goes on.
    func signal(_ number: Int32) {
        if isRunning { kill(id, number) }
    }
}
