import Document
import Trust

/// The file that an administrator writes `ServerSettings` into. It is read when the coordinator starts.
enum ServerSettingsFile {
    /// Where the package puts it.
    static let standardPath = "/etc/isthmus/coordinator.yaml"

    /// Reads the settings. Without a `path` the file at the standard one may be missing, and is none of
    /// the business of a coordinator with a state folder of its own.
    ///
    /// - Throws: `CommandFailure` where it is missing, cannot be read, or is wrong.
    static func load(
        _ path: String?,
        for state: StateDirectory
    ) throws(CommandFailure) -> ServerSettings {
        guard path != nil || state == StateDirectory() else { return ServerSettings() }
        let file = path ?? standardPath
        do {
            guard let bytes = try AtomicFile.read(file, limit: 64 << 10) else {
                guard path != nil else { return ServerSettings() }
                throw CommandFailure("there is no file \(file)", advice: advice, code: .usage)
            }
            return try ServerSettings.decode(bytes, file: file)
        } catch let problems as DocumentProblems {
            throw CommandFailure(
                "the coordinator's settings cannot be used:\n"
                    + problems.rendered(color: false).dropLast(),
                advice: advice,
                code: .usage
            )
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(error)", advice: advice)
        }
    }

    private static let advice = [
        "Mend the file, or remove it for all defaults; then: systemctl restart isthmus-coordinator"
    ]
}
