import Foundation

/// Results.
enum StandardOutput {
    /// Writes a line at once, also into a pipe. A reader that went away ends nothing here: what
    /// counts is done by the coordinator.
    static func write(_ line: String) {
        writeRaw(line + "\n")
    }

    /// Writes text as it is.
    static func writeRaw(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}

/// What is for people and must not mix with results.
enum StandardError {
    /// Writes a line at once.
    static func write(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}
