import Foundation
import Glibc
import Plan
import Trust

/// A kubeconfig on this machine, which may have other clusters in it.
struct KubeconfigPlace {
    /// The file; it need not be there.
    let path: String
    /// Whether another cluster of the same name gives way.
    let force: Bool

    /// Puts the cluster into the file, as a whole or not at all, and says what was done.
    func put(_ entry: KubeconfigEntry) throws(CommandFailure) -> String {
        // A link stays one: what it leads to is replaced.
        let resolved = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let target = resolved ?? path
        let before = try read(target)
        let text = try merged(entry, with: before)
        do {
            try AtomicFile.createDirectory(AtomicFile.directory(of: target), mode: 0o700)
            try AtomicFile.write(target, text.reveal(), mode: 0o600)
        } catch {
            throw CommandFailure(
                "\(path) cannot be written: \(error)",
                advice: ["It is as it was."]
            )
        }
        return words(entry, before)
    }

    private func read(_ target: String) throws(CommandFailure) -> KubeconfigFile? {
        let bytes: [UInt8]?
        do {
            bytes = try AtomicFile.read(target, limit: 4 << 20)
        } catch {
            throw CommandFailure("\(path) cannot be read: \(error)")
        }
        guard let bytes, !bytes.isEmpty else { return nil }
        do {
            return try KubeconfigFile(bytes)
        } catch {
            throw failure(error, "")
        }
    }

    private func merged(
        _ entry: KubeconfigEntry,
        with file: KubeconfigFile?
    ) throws(CommandFailure) -> Secret {
        guard let file else { return entry.file() }
        do {
            return try file.merging(entry, force: force)
        } catch {
            throw failure(error, entry.name)
        }
    }

    private func failure(_ conflict: KubeconfigFile.Conflict, _ name: String) -> CommandFailure {
        switch conflict {
        case .unreadable(let line, let reason):
            CommandFailure(
                "\(path) is no kubeconfig that can be added to: line \(line): \(reason)",
                advice: [
                    "It is as it was. Name another file, and let kubectl join them:",
                    "  KUBECONFIG=\(path):OTHER kubectl config view --flatten",
                ]
            )
        case .taken(let server):
            CommandFailure(
                "\(path) has another cluster called \(name), at \(server)",
                advice: [
                    "It is as it was. Write this one elsewhere with --output FILE, or replace that "
                        + "one with --force."
                ]
            )
        }
    }

    private func words(_ entry: KubeconfigEntry, _ before: KubeconfigFile?) -> String {
        let isNew = before?.hasContext(entry.name) != true
        let done =
            switch before {
            case nil: "\(path) was made, for its owner alone"
            case .some where isNew: "\(path) has the context \(entry.name) now, beside what it had"
            case .some: "\(path) has the context \(entry.name) anew; all else in it is as it was"
            }
        let current = before?.currentContext ?? entry.name
        let option = current == entry.name ? "" : " --context \(entry.name)"
        let file = path.hasSuffix("/.kube/config") ? "" : " --kubeconfig \(path)"
        return """
            \(done). The API is at \(entry.server).
              kubectl\(file)\(option) get nodes
            """
    }
}
