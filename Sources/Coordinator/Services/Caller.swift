import GRPCCore
import Plan

/// Who a call speaks for, as its connection proved. `Authorization` puts it into the context of
/// every call that it lets through.
enum Caller: Sendable, Equatable, ServerContext.TransportSpecific {
    /// Nobody yet: a machine that holds a join token.
    case newcomer
    /// The agent of a node.
    case agent(CallingAgent)
    /// A person, or a program in a person's name.
    case `operator`(String)

    /// The agent that speaks in this context.
    ///
    /// - Throws: `ServiceFailure.denied` where it is no agent.
    static func agent(in context: ServerContext) throws(ServiceFailure) -> CallingAgent {
        guard case .agent(let agent)? = context.transportSpecific as? Caller else {
            throw .denied("only a node's agent may ask this")
        }
        return agent
    }

    /// The name of the operator that speaks in this context; empty where it is none.
    static func operatorName(in context: ServerContext) -> String {
        guard case .operator(let name)? = context.transportSpecific as? Caller else { return "" }
        return name
    }
}

/// An agent, and the certificate that it shows.
struct CallingAgent: Sendable, Equatable {
    /// The node that the certificate names.
    var node: HostID
    /// The certificate's serial number, hexadecimal.
    var serial: String
    /// The authority that verified the certificate, by the SHA-256 of its key.
    var authority = ""
}
