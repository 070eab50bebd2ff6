import Glibc
import Plan

/// What the program shows to and asks from the person before it.
enum Terminal {
    /// Writes a line to the standard error output.
    static func complain(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// Writes a line to the standard output.
    static func say(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Whether someone types.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    /// Asks for a line that is not shown while it is typed; nothing where the input ends.
    static func askSecret(_ question: String) -> Secret? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            complain("")
        }
        writeAll(Array(question.utf8), to: STDERR_FILENO)
        return readLine(strippingNewline: true).map { Secret($0) }
    }

    /// All of the standard input, at most `limit` bytes; nothing where there is more.
    static func readInput(limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return bytes }
            guard bytes.count + count <= limit else { return nil }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        writeAll(Array(text.utf8) + [UInt8(ascii: "\n")], to: descriptor)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody listens any more; there is no one to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
