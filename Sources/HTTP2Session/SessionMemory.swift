internal import CNGHTTP2
internal import Glibc

/// The memory of one nghttp2 session, which asks for it by C functions. It must outlive the session.
///
/// All that a session takes at its beginning lies in pages of its own, one thing after the other. The
/// last and largest is room for one outgoing frame, 16 KiB. Pages of it that no frame reaches stay with
/// the kernel; from the heap it would mostly have been somebody else's before, and all of it in memory.
final class SessionMemory {
    /// Room for the 25.5 KiB that nghttp2 1.52 takes; what does not fit comes from the heap.
    private static let size = 28 * 1024

    private let pages: UnsafeMutableRawBufferPointer
    private var used = 0
    /// Whether the beginning is over: from then on all comes from the heap, which takes it back.
    private var isSealed = false

    init() {
        let access = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
        let start = mmap(nil, Self.size, access.0, access.1, -1, 0)
        let isMapped = start != nil && start != MAP_FAILED
        pages = UnsafeMutableRawBufferPointer(
            start: isMapped ? start : nil,
            count: isMapped ? Self.size : 0
        )
    }

    deinit {
        if let start = pages.baseAddress { munmap(start, pages.count) }
    }

    /// What nghttp2 is to call; it copies them.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: Unmanaged.passUnretained(self).toOpaque(),
            malloc: { count, user in SessionMemory.of(user)?.allocate(count) },
            free: { block, user in SessionMemory.of(user)?.release(block) },
            calloc: { count, size, user in SessionMemory.of(user)?.allocateZeros(count, size) },
            realloc: { block, count, user in SessionMemory.of(user)?.resize(block, count) }
        )
    }

    /// The session has begun.
    func seal() {
        isSealed = true
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> SessionMemory? {
        user.map { Unmanaged<SessionMemory>.fromOpaque($0).takeUnretainedValue() }
    }

    private func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        takePages(count) ?? malloc(count)
    }

    private func allocateZeros(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
        let (total, overflows) = count.multipliedReportingOverflow(by: size)
        guard !overflows else { return nil }
        // Pages are zero when they come, and each byte of them is given out once.
        return takePages(total) ?? calloc(1, total)
    }

    private func takePages(_ count: Int) -> UnsafeMutableRawPointer? {
        guard !isSealed, count > 0, count <= pages.count - used else { return nil }
        defer { used = min((used + count + 15) & ~15, pages.count) }
        return pages.baseAddress.map { $0 + used }
    }

    private func release(_ block: UnsafeMutableRawPointer?) {
        guard rest(of: block) == nil else { return }
        free(block)
    }

    private func resize(
        _ block: UnsafeMutableRawPointer?,
        _ count: Int
    ) -> UnsafeMutableRawPointer? {
        // nghttp2 asks for its larger blocks as for more of nothing.
        guard let block else { return allocate(count) }
        guard let rest = rest(of: block) else { return realloc(block, count) }
        guard let moved = malloc(count) else { return nil }
        // How large the block was, nobody has noted; what lies behind it does no harm.
        moved.copyMemory(from: block, byteCount: min(count, rest))
        return moved
    }

    /// How many bytes of the pages begin at the block; nothing where it comes from the heap.
    private func rest(of block: UnsafeMutableRawPointer?) -> Int? {
        guard let block, let start = pages.baseAddress, block >= start else { return nil }
        let rest = pages.count - (block - start)
        return rest > 0 ? rest : nil
    }
}
