import FoundationEssentials
public import Trust

/// All that an enrolled agent knows of itself when it starts: what lies in its state directory.
public struct AgentState: Sendable {
    /// Where it lies. Mode 0700.
    public let directory: String
    /// Who the agent is.
    public let settings: AgentSettings
    /// Its key and certificate.
    public let credential: Credential

    private static let sizeLimit = 64 * 1024

    /// Joins the parts.
    public init(directory: String, settings: AgentSettings, credential: Credential) {
        self.directory = directory
        self.settings = settings
        self.credential = credential
    }

    /// What a state directory holds; nothing where no agent was enrolled there.
    public static func load(_ directory: String) throws(AgentFailure) -> AgentState? {
        guard let settings = try settings(in: directory) else { return nil }
        do {
            let credential = try Credential.load(from: directory)
            return AgentState(directory: directory, settings: settings, credential: credential)
        } catch {
            throw AgentFailure(
                "the credential in \(directory) cannot be used: \(error)",
                remedy: "Enrol again with a new token: node-agent enroll --force"
            )
        }
    }

    /// Makes the directory and puts everything into it; `agent.json` last, since it is what says
    /// that an agent is enrolled.
    public func store() throws(AgentFailure) {
        do {
            try AtomicFile.createDirectory(directory, mode: 0o700)
            try credential.store(in: directory)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let bytes = [UInt8](try encoder.encode(settings)) + [UInt8(ascii: "\n")]
            try AtomicFile.write(Self.settingsPath(in: directory), bytes, mode: 0o644)
        } catch {
            throw AgentFailure("the agent's state cannot be stored: \(error)")
        }
    }

    private static func settings(in directory: String) throws(AgentFailure) -> AgentSettings? {
        let path = settingsPath(in: directory)
        do {
            guard let bytes = try AtomicFile.read(path, limit: sizeLimit) else { return nil }
            return try JSONDecoder().decode(AgentSettings.self, from: Data(bytes))
        } catch let failure as FileFailure {
            throw AgentFailure("\(failure)", remedy: "Run the command as the agent's user (root).")
        } catch {
            throw AgentFailure(
                "\(path) is damaged",
                remedy: "Enrol again with a new token: node-agent enroll --force"
            )
        }
    }

    private static func settingsPath(in directory: String) -> String {
        "\(directory)/agent.json"
    }
}
