/// What waits to be sent as DATA on one stream, and how it ends.
struct OutgoingBody {
    private var chunks: [[UInt8]] = []
    private var first = 0
    private var offset = 0
    /// Whether nghttp2 was told that there is nothing for now.
    var isDeferred = false
    /// Set once nothing more will be appended.
    private(set) var isFinished = false
    private(set) var trailers: HeaderFields?

    var isEmpty: Bool { first == chunks.count }

    mutating func append(_ chunk: [UInt8]) {
        guard !chunk.isEmpty, !isFinished else { return }
        chunks.append(chunk)
    }

    mutating func finish(trailers: HeaderFields?) {
        isFinished = true
        self.trailers = trailers
    }

    /// Copies as much as fits into `target`, and forgets it.
    mutating func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < target.count, first < chunks.count {
            let count = min(chunks[first].count - offset, target.count - filled)
            chunks[first].withUnsafeBytes { chunk in
                UnsafeMutableRawBufferPointer(rebasing: target[filled...])
                    .copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: chunk[offset..<offset + count])
                    )
            }
            filled += count
            offset += count
            if offset == chunks[first].count { dropFirst() }
        }
        return filled
    }

    private mutating func dropFirst() {
        chunks[first] = []
        first += 1
        offset = 0
        if first == chunks.count {
            chunks.removeAll(keepingCapacity: false)
            first = 0
        }
    }
}
