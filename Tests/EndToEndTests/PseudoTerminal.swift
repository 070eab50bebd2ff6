import Foundation
import Testing

/// A terminal that a test plays: what a program writes to it is kept, what the test types it reads.
final class PseudoTerminal: Sendable {
    /// The program's end of it.
    let slave: FileHandle
    private let master: Int32
    private let said = Shown()

    private actor Shown {
        private(set) var bytes: [UInt8] = []
        func append(_ more: [UInt8]) { bytes += more }
    }

    init(columns: UInt16 = 100, rows: UInt16 = 30) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var lock: Int32 = 0
        var number: Int32 = -1
        // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)), which Swift does not see.
        let outcome = ioctl(master, 0x4004_5431, &lock) | ioctl(master, 0x8004_5430, &number)
        try #require(master >= 0 && outcome == 0)
        let name = "/dev/pts/\(number)"
        slave = FileHandle(
            fileDescriptor: open(name, O_RDWR | O_NOCTTY | O_CLOEXEC),
            closeOnDealloc: true
        )
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        let (master, said) = (master, said)
        // Ends when the last who has the slave's end lets go of it.
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(master, &buffer, buffer.count), count > 0 {
                let bytes = Array(buffer.prefix(count))
                let isKept = DispatchSemaphore(value: 0)
                Task {
                    await said.append(bytes)
                    isKept.signal()
                }
                isKept.wait()
            }
            close(master)
        }
    }

    /// Everything that was written to it so far.
    var text: String { get async { String(decoding: await said.bytes, as: UTF8.self) } }

    /// Types a line.
    func type(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(master, bytes, bytes.count)
    }
}
