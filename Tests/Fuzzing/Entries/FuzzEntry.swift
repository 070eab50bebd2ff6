/// A way into the project for bytes that anyone may have made. `make fuzz` searches for bytes that
/// crash, hang or bloat it; the tests replay those that once did.
///
/// Every entry bears any bytes. What goes wrong inside is a trap, so that libFuzzer sees it.
public enum FuzzEntry: String, CaseIterable, Sendable {
    /// What a client sends to a session that answers.
    case http2Server = "http2-server"
    /// What a server sends to a session that asks.
    case http2Client = "http2-client"
    /// The headers and the body of one call.
    case call
    /// Join tokens, identities, certificates, requests and keys.
    case trust
    /// Plans in JSON.
    case planJSON = "plan-json"
    /// Plans in YAML.
    case planYAML = "plan-yaml"
    /// Messages that go between agents, operators and the coordinator.
    case messages
    /// Parameters of steps, and what the programs that steps run may answer.
    case steps
    /// A server's own policy in YAML.
    case policy
    /// Questions of server reflection.
    case reflection
    /// Authorities that are told of, and chains that lead to them.
    case authorities

    /// Hands the bytes to the code behind the entry.
    public func run(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .http2Server: HTTP2Entry.server(bytes)
        case .http2Client: HTTP2Entry.client(bytes)
        case .call: CallEntry.run(bytes)
        case .trust: TrustEntry.run(Array(bytes))
        case .planJSON: PlanEntry.json(Array(bytes))
        case .planYAML: PlanEntry.yaml(Array(bytes))
        case .messages: MessageEntry.run(Array(bytes))
        case .steps: StepEntry.run(Array(bytes))
        case .policy: PolicyEntry.run(Array(bytes))
        case .reflection: ReflectionEntry.run(Array(bytes))
        case .authorities: AuthorityEntry.run(Array(bytes))
        }
    }
}
