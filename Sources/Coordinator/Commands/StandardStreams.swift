import Foundation
import Glibc
import Synchronization

/// Results.
enum StandardOutput {
    private static let trouble = Mutex<String?>(nil)

    /// Why not all results were written, for the end of the program to say. A reader that went away
    /// is no trouble: what counts is done by the coordinator.
    static var failure: CommandFailure? {
        trouble.withLock { $0 }.map { reason in
            CommandFailure(
                "the result could not be written to standard output: \(reason)",
                advice: ["What was not written is lost; run the command again."]
            )
        }
    }

    /// Writes a line at once, also into a pipe.
    static func write(_ line: String) {
        writeRaw(line + "\n")
    }

    /// Writes text as it is.
    static func writeRaw(_ text: String) {
        let code = writeAll(text, to: STDOUT_FILENO)
        guard code != 0, code != EPIPE else { return }
        trouble.withLock { $0 = $0 ?? String(cString: strerror(code)) }
    }

    /// Writes all of a text.
    ///
    /// - Returns: 0, or the number of the error.
    static func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return 0
    }
}

/// What is for people and must not mix with results.
enum StandardError {
    /// Writes a line at once.
    static func write(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}
