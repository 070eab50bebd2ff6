import Foundation
import Glibc
import Synchronization
import Trust

/// Where the coordinator keeps all it must not lose: one folder, its owner's alone.
struct StateDirectory: Sendable, Equatable {
    /// Where a package's coordinator keeps it.
    static let defaultPath = "/var/lib/isthmus"

    /// The folder.
    let path: String

    /// Names the folder; it need not be there.
    init(_ path: String = Self.defaultPath) {
        self.path = URL(fileURLWithPath: path).path
    }

    /// What the coordinator is called; written last, so that it marks a complete state.
    var configurationFile: String { path + "/config.json" }
    /// The certificate authority; while it changes, the outgoing one.
    var authority: String { path + "/ca" }
    /// The incoming certificate authority while it changes.
    var nextAuthority: String { path + "/ca.next" }
    /// How far the change has come.
    var rotationFile: String { path + "/rotation.json" }
    /// The coordinator's own certificate and key.
    var coordinator: String { path + "/coordinator" }
    /// The certificate and key of the operator on this machine.
    var `operator`: String { path + "/operator" }
    /// The store.
    var store: String { path + "/isthmus.sqlite" }
    /// Artifacts by hash.
    var artifacts: String { path + "/artifacts" }
    /// Secrets that plans name as `{"store": NAME}`, a file each, put there by people.
    var secrets: String { path + "/secrets" }
    /// Sealed copies that servers left here.
    var snapshots: String { path + "/snapshots" }
    private var lockFile: String { path + "/lock" }

    /// What the coordinator is called.
    ///
    /// - Throws: `StateFailure` where `coordinator init` did not come this far.
    func configuration() throws(StateFailure) -> CoordinatorConfiguration {
        let bytes: [UInt8]?
        do {
            bytes = try AtomicFile.read(configurationFile, limit: 1 << 16)
        } catch {
            throw .unusable(path: path, reason: error.description)
        }
        guard let bytes else {
            let leftovers = leftovers()
            guard !leftovers.isEmpty else { throw .missing(path: path) }
            // `coordinator init` holds the lock while it works.
            _ = try lock()
            throw .halfMade(path: path, leftovers)
        }
        do {
            return try JSONDecoder().decode(CoordinatorConfiguration.self, from: Data(bytes))
        } catch {
            throw .damaged(path: configurationFile)
        }
    }

    /// What of a state is there, by name.
    func leftovers() -> [String] {
        [authority, coordinator, `operator`, store]
            .filter { FileManager.default.fileExists(atPath: $0) }
            .map { URL(fileURLWithPath: $0).lastPathComponent }
    }

    /// What is in the folder that no coordinator put there, by name.
    func strangers() -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let own = [
            configurationFile, authority, nextAuthority, rotationFile, coordinator, `operator`,
            artifacts, secrets, snapshots, lockFile,
        ].map { URL(fileURLWithPath: $0).lastPathComponent }
        return found.filter { name in
            // The store has files beside it, and a file that is being written has a dot before it.
            !own.contains(name) && !name.hasPrefix("isthmus.sqlite")
                && !name.hasPrefix(".isthmus-") && name != "lost+found"
        }.sorted()
    }

    /// Lets nobody but the owner into the folder.
    func restrictToOwner() throws(StateFailure) {
        guard chmod(path, 0o700) == 0 else {
            throw .unusable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Keeps other coordinators away from the folder for as long as the value lives.
    func lock() throws(StateFailure) -> StateLock {
        let descriptor = open(lockFile, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: path)
        }
        return StateLock(descriptor)
    }
}

/// Holds a state folder; whoever has it is the only coordinator there.
final class StateLock: Sendable {
    private let descriptor: Mutex<Int32?>

    fileprivate init(_ descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Lets another coordinator have the folder.
    func release() {
        descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            // A child that is about to begin a program shares the lock until then.
            flock(open, LOCK_UN)
            close(open)
            descriptor = nil
        }
    }
}

/// What the coordinator is called: `config.json`.
struct CoordinatorConfiguration: Sendable, Equatable, Codable {
    /// The cluster's name, part of every identity.
    var cluster: String
    /// A DNS name or address that agents and operators reach the coordinator at.
    var address: String
    /// The TCP port.
    var port: Int

    /// Writes it, readable by its owner alone.
    func write(to state: StateDirectory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = try encoder.encode(self) + Data("\n".utf8)
        try AtomicFile.write(state.configurationFile, [UInt8](text), mode: 0o600)
    }
}

/// Why a state folder cannot be used. Each says what to type next.
enum StateFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is none.
    case missing(path: String)
    /// Its making was cut short.
    case halfMade(path: String, [String])
    /// There is one already.
    case exists(path: String)
    /// It is a folder of something else.
    case foreign(path: String, [String])
    /// Its `config.json` says nothing that could be used.
    case damaged(path: String)
    /// Another coordinator has it.
    case inUse(path: String)
    /// It cannot be read or written.
    case unusable(path: String, reason: String)
    /// The cluster's name or the address is none.
    case invalid(String)

    var description: String {
        switch self {
        case .missing(let path):
            """
            there is no coordinator in \(path); make one: \
            coordinator init --state \(path) --cluster NAME --address HOST
            """
        case .halfMade(let path, let leftovers):
            """
            \(path) holds a coordinator whose making was cut short (\
            \(leftovers.joined(separator: ", ")), but no config.json). It has enrolled nobody: \
            remove the folder and run coordinator init again
            """
        case .exists(let path):
            """
            there is a coordinator in \(path) already; it is left as it is. Give another \
            --state folder to make a second one
            """
        case .inUse(let path):
            """
            another coordinator init or serve is at work with \(path); wait until it has ended, \
            or stop it first
            """
        case .foreign(let path, let names):
            """
            \(path) holds what no coordinator put there (\(names.prefix(3).joined(separator: ", "))); \
            it is left as it is. Name an empty or a new folder with --state
            """
        case .damaged(let path):
            """
            \(path) is not what coordinator init wrote. Put it back from a copy, or write it anew: \
            {"cluster": "NAME", "address": "HOST", "port": \(Initialization.defaultPort)}, with \
            what coordinator init was told
            """
        case .unusable(let path, let reason):
            "\(path) cannot be used: \(reason)"
        case .invalid(let text):
            text
        }
    }
}
