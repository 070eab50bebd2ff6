import Foundation
import Trust

/// A folder from which an operator on another machine works: of a state folder the address and the
/// operator's credential alone.
struct OperatorFolder {
    /// The folder.
    let path: String

    /// Fails where something is there already: nobody's key is written over.
    func demandFree() throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                "there is something at \(path) already; it is left as it is",
                advice: ["Name a new folder with --into."]
            )
        }
    }

    /// Writes everything, the address last, so that a folder without it is not complete.
    func write(_ credential: Credential, _ configuration: CoordinatorConfiguration) throws {
        let state = StateDirectory(path)
        do {
            try AtomicFile.createDirectory(state.path, mode: 0o700)
            try credential.store(in: state.operator)
            try configuration.write(to: state)
        } catch {
            throw CommandFailure(
                "the credential was made but not written: \(error)",
                advice: ["Mend that, and make it again; the lost one is worth nothing."]
            )
        }
    }
}
