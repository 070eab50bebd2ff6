import Agent
import Glibc
import Trust

/// Keeps a state directory to one process: a lock that the kernel drops with the process.
struct StateLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock, or says who has to make room; `patience` is how many milliseconds another
    /// process may take to end. Makes the directory where there is none.
    init(_ directory: String, patience: UInt32 = 0) throws(AgentFailure) {
        let path = "\(directory)/lock"
        do {
            try AtomicFile.createDirectory(directory, mode: 0o700)
        } catch {
            throw AgentFailure(
                "\(error)",
                remedy: "Run the command as root, or choose another --state."
            )
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw AgentFailure(
                "\(FileFailure("open", path, code: errno))",
                remedy: "Run the command as root, or choose another --state."
            )
        }
        guard Self.lock(descriptor, patience: patience) else {
            close(descriptor)
            throw AgentFailure(
                "an agent runs with \(directory) already",
                remedy: "Stop it first (systemctl stop isthmus-agent), or choose another --state."
            )
        }
        self.descriptor = descriptor
    }

    private static func lock(_ descriptor: Int32, patience: UInt32) -> Bool {
        let pause: UInt32 = 50
        for _ in 0...(patience / pause) {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            if patience > 0 { usleep(pause * 1000) }
        }
        return false
    }

    deinit {
        // A child that is about to begin a program shares the lock until then.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether some process has the lock of a directory. Changes nothing.
    static func isTaken(_ directory: String) -> Bool {
        let descriptor = open("\(directory)/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
