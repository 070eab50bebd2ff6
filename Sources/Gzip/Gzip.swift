internal import CZlib

/// Bytes to the gzip format (RFC 1952) and back, each in one call.
public enum Gzip {
    /// How much is inflated before the caller is asked again, in bytes.
    static let portion = 64 * 1024

    /// Deflates at zlib's level 1: a third of level 6's time for a few percent more bytes.
    ///
    /// - Parameter bytes: Fewer than 4 GiB.
    /// - Returns: One member of the format; nil where zlib has no memory for it (256 KiB) or there are too
    ///   many bytes.
    public static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard bytes.count <= UInt32.max / 2, gzip_begin_deflating(&stream, 1) == Z_OK else {
            return nil
        }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        // zlib only reads what `next_in` points to.
        var input = bytes
        let output = input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            }
        }
        return output.isEmpty ? nil : output
    }

    /// Inflates one member that ends where the bytes end.
    ///
    /// - Parameters:
    ///   - bytes: Of any origin.
    ///   - limit: How many bytes may come of them.
    ///   - admit: Asked before each further portion of at most 64 KiB whether there may be so many bytes more.
    /// - Throws: `malformed`, `tooLarge`, or `refused` where `admit` says no; nothing that was inflated is
    ///   then kept.
    /// - Returns: What was compressed.
    public static func decompress(
        _ bytes: [UInt8],
        limit: Int,
        admit: (Int) -> Bool = { _ in true }
    ) throws(GzipFailure) -> [UInt8] {
        var stream = z_stream()
        guard bytes.count <= UInt32.max / 2, gzip_begin_inflating(&stream) == Z_OK else {
            throw .refused
        }
        defer { inflateEnd(&stream) }
        let result = bytes.withUnsafeBufferPointer { bytes in
            // zlib only reads what `next_in` points to.
            stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            stream.avail_in = UInt32(bytes.count)
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: portion) { buffer in
                Result { () throws(GzipFailure) -> [UInt8] in
                    try inflateAll(&stream, by: buffer, limit, admit)
                }
            }
        }
        let output = try result.get()
        guard stream.avail_in == 0 else { throw .malformed }
        return output
    }

    private static func inflateAll(
        _ stream: inout z_stream,
        by buffer: UnsafeMutableBufferPointer<UInt8>,
        _ limit: Int,
        _ admit: (Int) -> Bool
    ) throws(GzipFailure) -> [UInt8] {
        var output: [UInt8] = []
        while true {
            let waiting = stream.avail_in
            // One byte more than may come tells what is just as long from what is longer.
            let room = min(buffer.count - 1, limit - output.count) + 1
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(room)
            let outcome = inflate(&stream, Z_NO_FLUSH)
            let count = room - Int(stream.avail_out)
            guard [Z_OK, Z_BUF_ERROR, Z_STREAM_END].contains(outcome) else { throw .malformed }
            guard count <= limit - output.count else { throw .tooLarge }
            guard count == 0 || admit(count) else { throw .refused }
            output.append(contentsOf: buffer[..<count])
            if outcome == Z_STREAM_END { return output }
            guard count > 0 || stream.avail_in < waiting else { throw .malformed }
        }
    }
}

/// Why bytes were not inflated.
public enum GzipFailure: Error, Equatable {
    /// They are not one whole member of the format.
    case malformed
    /// More would come of them than may.
    case tooLarge
    /// There is no memory for what would come of them.
    case refused
}
