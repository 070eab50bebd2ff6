import GRPCCore
import Plan

/// Who a call speaks for, as its connection proved. `Authorization` puts it into the context of
/// every call that it lets through.
enum Caller: Sendable, Equatable, ServerContext.TransportSpecific {
    /// Nobody yet: a machine that holds a join token.
    case newcomer
    /// The agent of a node.
    case agent(HostID)
    /// A person, or a program in a person's name.
    case `operator`(String)

    /// The node of the agent that speaks in this context.
    ///
    /// - Throws: `ServiceFailure.denied` where it is no agent's.
    static func agent(in context: ServerContext) throws(ServiceFailure) -> HostID {
        guard case .agent(let node)? = context.transportSpecific as? Caller else {
            throw .denied("only a node's agent may ask this")
        }
        return node
    }
}
