import Foundation
import Glibc
import Plan
import Steps
import Trust

/// Sealed copies that servers left: `snapshots/<node>/<name>`, each whole or not at all. What is in
/// them only the operator's key opens, which is not here.
struct SnapshotFolder: Sendable {
    /// The folder; made with the first copy.
    let directory: String

    /// Bytes of one copy: etcd holds 2 GiB at most as K3s runs it, and sealing adds little.
    static let largest: Int64 = 3 << 30
    /// Copies that are kept.
    static let most = 64

    /// A copy that is kept.
    struct Entry: Sendable, Equatable {
        /// 1 to 80 of a-z, 0-9, - and `.`.
        var name: String
        /// Who left it.
        var node: HostID
        /// Bytes.
        var size: Int64
        /// Milliseconds since 1970.
        var at: Int64
    }

    /// All copies, by name.
    func entries() -> [Entry] {
        names(in: directory).compactMap(HostID.init).flatMap { node in
            names(in: "\(directory)/\(node)").compactMap { name in
                guard DepositName.isValid(name) else { return nil }
                var status = stat()
                guard stat("\(directory)/\(node)/\(name)", &status) == 0 else { return nil }
                return Entry(
                    name: name,
                    node: node,
                    size: Int64(status.st_size),
                    at: Int64(status.st_mtim.tv_sec) * 1000
                )
            }
        }.sorted { ($0.name, $0.node) < ($1.name, $1.node) }
    }

    /// The copy of this name, whoever left it.
    func find(_ name: String) -> Entry? {
        entries().first { $0.name == name }
    }

    /// Where a copy is.
    func path(of entry: Entry) -> String {
        "\(directory)/\(entry.node)/\(entry.name)"
    }

    /// Begins a copy, which nobody sees before `Writer.commit`.
    func begin(_ name: String, from node: HostID) throws(SnapshotFailure) -> Incoming {
        guard DepositName.isValid(name) else { throw .invalid("'\(name)' is no name of a copy") }
        let kept = entries()
        guard !kept.contains(where: { $0.name == name }) else { throw .exists(name) }
        guard kept.count < Self.most else { throw .full(Self.most) }
        do {
            try AtomicFile.createDirectory("\(directory)/\(node)", mode: 0o700)
            let writer = try AtomicFile.Writer("\(directory)/\(node)/\(name)", mode: 0o600)
            return Incoming(name: name, writer: writer)
        } catch {
            throw .local(error.description)
        }
    }

    /// A copy that is still coming.
    struct Incoming: ~Copyable {
        let name: String
        private var writer: AtomicFile.Writer
        private(set) var size: Int64 = 0

        fileprivate init(name: String, writer: consuming AtomicFile.Writer) {
            self.name = name
            self.writer = writer
        }

        mutating func append(_ bytes: [UInt8]) throws(SnapshotFailure) {
            size += Int64(bytes.count)
            guard size <= SnapshotFolder.largest else {
                throw .invalid("a copy has at most \(SnapshotFolder.largest >> 30) GiB")
            }
            do {
                try writer.append(bytes)
            } catch {
                throw .local(error.description)
            }
        }

        /// Keeps it, where all has come that the sender spoke of.
        consuming func commit(announced: Int64) throws(SnapshotFailure) {
            guard announced > 0, announced == size else { throw .cutOff(name) }
            do {
                try writer.commit()
            } catch {
                throw .local(error.description)
            }
        }
    }

    private func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}

/// Why a sealed copy is not kept, or not to be had.
enum SnapshotFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call makes no sense.
    case invalid(String)
    /// There is none of this name.
    case unknown(String)
    /// Whoever sends it is no server of the cluster.
    case notAServer(HostID)
    /// There is one, and it stays.
    case exists(String)
    /// So many are kept already.
    case full(Int)
    /// The sender stopped in the middle.
    case cutOff(String)
    /// The coordinator's disk.
    case local(String)

    var description: String {
        switch self {
        case .invalid(let text): text
        case .unknown(let name):
            "there is no copy '\(name)'; coordinator snapshot list shows those that there are"
        case .notAServer(let node):
            "\(node) is no server of the latest rollout's plan, so no copies are taken from it"
        case .exists(let name):
            "a copy '\(name)' is kept already; it is never written over"
        case .full(let most):
            """
            \(most) copies are kept already, and no more are; move those that you have elsewhere out \
            of the coordinator's folder snapshots
            """
        case .cutOff(let name):
            "'\(name)' did not come as a whole; nothing of it was kept"
        case .local(let text): text
        }
    }
}
