import Glibc
import Steps
import Synchronization
import Trust

/// Small files by their paths: in memory, or under a folder that several processes share. A path is
/// relative; a file is replaced as a whole or not at all.
final class RecordStore: Sendable {
    private struct Entry {
        var bytes: [UInt8]
        var mode: UInt32
        /// What the bytes were read as, so that a cluster of hundreds is not read anew each time.
        var value: (any Sendable)?
    }

    private let folder: String?
    private let memory = Mutex<[String: Entry]>([:])
    private let changes = Atomic<UInt64>(0)
    /// The most that a simulated file may hold; artifacts are files, too.
    private static let limit = 256 << 20

    /// In memory where there is no folder.
    init(folder: String?) {
        self.folder = folder
    }

    func read(_ path: String) throws(HostFailure) -> [UInt8]? {
        guard let place = try place(path) else { return memory.withLock { $0[path]?.bytes } }
        do {
            return try AtomicFile.read(place, limit: Self.limit)
        } catch {
            throw HostFailure(.other, error.description)
        }
    }

    /// How often something has changed; nothing where other processes may change it, too.
    var version: UInt64? { folder == nil ? changes.load(ordering: .acquiring) : nil }

    /// A file that is JSON, read once for as long as it stays.
    func value<Value: Decodable & Sendable>(
        _ path: String,
        as type: Value.Type
    ) throws(HostFailure) -> Value? {
        let known = folder == nil ? memory.withLock { $0[path]?.value as? Value } : nil
        if let known { return known }
        guard let bytes = try read(path) else { return nil }
        let value = try JSONRecord.decode(type, from: bytes)
        memory.withLock { if $0[path]?.bytes == bytes { $0[path]?.value = value } }
        return value
    }

    func mode(of path: String) throws(HostFailure) -> UInt32? {
        guard let place = try place(path) else { return memory.withLock { $0[path]?.mode } }
        var status = stat()
        return stat(place, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(HostFailure) {
        guard let place = try place(path) else {
            memory.withLock { $0[path] = Entry(bytes: bytes, mode: mode) }
            changes.add(1, ordering: .releasing)
            return
        }
        do {
            try AtomicFile.createDirectory(AtomicFile.directory(of: place), mode: 0o755)
            try AtomicFile.write(place, bytes, mode: mode)
        } catch {
            throw HostFailure(error.code == ENOSPC ? .diskFull : .other, error.description)
        }
    }

    /// Writes unless there is such a file already, and returns what is there in the end.
    func settle(_ path: String, _ bytes: [UInt8]) throws(HostFailure) -> [UInt8] {
        guard let place = try place(path) else {
            return memory.withLock { entries in
                let entry = entries[path] ?? Entry(bytes: bytes, mode: 0o600)
                entries[path] = entry
                return entry.bytes
            }
        }
        // A link is made only where there is nothing yet, so two processes cannot both win.
        let draft = "\(path).\(getpid())"
        try write(draft, bytes)
        if let source = try self.place(draft) {
            _ = link(source, place)
            unlink(source)
        }
        return try read(path) ?? bytes
    }

    func remove(_ path: String) throws(HostFailure) {
        guard let place = try place(path) else {
            memory.withLock { $0[path] = nil }
            changes.add(1, ordering: .releasing)
            return
        }
        guard unlink(place) == 0 || errno == ENOENT || errno == ENOTDIR else {
            throw HostFailure(.other, "cannot remove \(path): error \(errno)")
        }
    }

    /// The names of the files directly under a directory, sorted.
    func names(in directory: String) throws(HostFailure) -> [String] {
        guard let place = try place(directory) else {
            let prefix = directory + "/"
            return memory.withLock { $0.keys.filter { $0.hasPrefix(prefix) } }
                .map { String($0.dropFirst(prefix.count)) }
                .filter { !$0.contains("/") }
                .sorted()
        }
        guard let stream = opendir(place) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Temporary files of a write that is under way begin with a dot.
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private func place(_ path: String) throws(HostFailure) -> String? {
        guard !path.split(separator: "/").contains("..") else {
            throw HostFailure(.permissionDenied, "\(path) leads out of the simulated machine")
        }
        return folder.map { path.hasPrefix("/") ? $0 + path : "\($0)/\(path)" }
    }
}
