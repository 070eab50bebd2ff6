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
        guard gzip_begin_inflating(&stream) == Z_OK else { throw .refused }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var offset = 0
        while true {
            let before = offset
            // One byte more than may come tells what is just as long from what is longer.
            let room = min(portion - 1, limit - output.count) + 1
            let part = try inflatePart(&stream, bytes, from: &offset, atMost: room)
            guard part.bytes.count <= limit - output.count else { throw .tooLarge }
            guard part.bytes.isEmpty || admit(part.bytes.count) else { throw .refused }
            output.append(contentsOf: part.bytes)
            if part.isLast { break }
            guard offset > before || !part.bytes.isEmpty else { throw .malformed }
        }
        guard offset == bytes.count else { throw .malformed }
        return output
    }

    private static func inflatePart(
        _ stream: inout z_stream,
        _ bytes: [UInt8],
        from offset: inout Int,
        atMost most: Int
    ) throws(GzipFailure) -> (bytes: [UInt8], isLast: Bool) {
        // zlib only reads what `next_in` points to.
        var input = Array(bytes[offset...].prefix(portion))
        var outcome = Z_OK
        let part = input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: most) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                outcome = inflate(&stream, Z_NO_FLUSH)
                count = output.count - Int(stream.avail_out)
            }
        }
        offset += input.count - Int(stream.avail_in)
        switch outcome {
        case Z_OK, Z_BUF_ERROR: return (part, false)
        case Z_STREAM_END: return (part, true)
        default: throw .malformed
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
