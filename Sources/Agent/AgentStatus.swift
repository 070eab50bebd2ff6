import FoundationEssentials
import Trust

/// What a state directory tells about its agent, without disturbing it.
public struct AgentStatus: Sendable, Equatable, Codable {
    /// The cluster that it belongs to.
    public let cluster: String
    /// The id it enrolled with.
    public let node: String
    /// `host:port`.
    public let coordinator: String
    /// When its certificate expires, in milliseconds since 1970.
    public let certificateExpires: Int64
    /// Executions begun and not finished: they run, or were interrupted.
    public let unfinished: [String]
    /// Executions whose results the coordinator has not acknowledged.
    public let unreported: [String]

    /// Reads it; nothing where no agent was enrolled.
    public static func read(_ directory: String) throws(AgentFailure) -> AgentStatus? {
        guard let state = try AgentState.load(directory) else { return nil }
        let certificate: Certificate
        do {
            certificate = try Certificate(pem: state.credential.certificate)
        } catch {
            throw AgentFailure("the certificate in \(directory) cannot be read: \(error)")
        }
        let names = ExecutionJournal.names(inStateDirectory: directory)
        let finished = Set(names.results)
        return AgentStatus(
            cluster: state.settings.cluster,
            node: "\(state.settings.node)",
            coordinator: state.settings.coordinator,
            certificateExpires: certificate.notAfter,
            unfinished: names.intents.filter { !finished.contains($0) }.map(\.description),
            unreported: names.results.map(\.description)
        )
    }
}
