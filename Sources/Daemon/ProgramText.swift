internal import Glibc

/// The code of this program and its libraries, as it lies in memory.
///
/// The kernel maps sixteen pages around each that is touched (`fault_around_bytes` in mm/memory.c), so
/// that a start brings in most of a large program. What is not used again stays resident until memory is
/// short.
public enum ProgramText {
    /// Lets all of it go; what is needed comes back from the page cache.
    ///
    /// - Returns: Bytes that may have been resident; 0 where the system does not say what is mapped.
    @discardableResult
    public static func letGo() -> Int {
        guard let maps = fopen("/proc/self/maps", "re") else { return 0 }
        defer { fclose(maps) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var bytes = 0
        while getline(&line, &capacity, maps) > 0, let text = line {
            guard let range = range(of: String(cString: text)) else { continue }
            let begin = UnsafeMutableRawPointer(bitPattern: range.lowerBound)
            if madvise(begin, range.count, MADV_DONTNEED) == 0 { bytes += range.count }
        }
        return bytes
    }

    /// Where a line of /proc/PID/maps (proc(5)) says that code lies which comes from a file and cannot be
    /// written: such pages are as in the file. Nothing of any other line.
    public static func range(of line: String) -> Range<UInt>? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 6, words[1] == "r-xp", words[5].hasPrefix("/") else { return nil }
        let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
