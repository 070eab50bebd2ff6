import GRPCCore
import GRPCTransport
import Protocol
import Trust

/// Lets a call through where its connection's certificate entitles to it, and says for whom it
/// speaks. No handler asks a message who sent it.
struct Authorization: ServerInterceptor {
    /// The trust domain of this coordinator.
    let cluster: String
    /// Whether certificates of the authority with this key still count.
    var believes: @Sendable (_ authority: String) -> Bool = { _ in true }
    /// Fails where the caller's certificate, with this serial number, counts no longer.
    let demand: @Sendable (Caller, _ serial: String) async throws(ServiceFailure) -> Void
    /// Takes one line, with the peer's address, for each call that is refused.
    var log: @Sendable (_ address: String, _ reason: String) -> Void = { _, _ in }

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable @concurrent (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        var admitted = context
        do {
            admitted.transportSpecific = try await caller(in: context)
        } catch let failure {
            let error = RPCError(failure)
            log(context.remotePeer, error.message)
            throw error
        }
        do {
            return try await next(request, admitted)
        } catch let failure as ServiceFailure {
            throw RPCError(failure)
        }
    }

    private func caller(in context: ServerContext) async throws(ServiceFailure) -> Caller {
        guard let peer = context.transportSpecific as? ServerPeer else {
            throw .denied("the connection proves no identity")
        }
        let caller = try caller(of: peer)
        try admit(caller, to: context.descriptor.service.fullyQualifiedService)
        try await apart { [demand] () async throws(ServiceFailure) in
            try await demand(caller, peer.serial)
        }
        return caller
    }

    /// Who speaks on a connection of this peer. It may have been made while another authority was
    /// believed.
    func caller(of peer: ServerPeer) throws(ServiceFailure) -> Caller {
        guard believes(peer.authority) else {
            throw .denied("the authority of this connection's certificate is believed no longer")
        }
        let caller = try caller(uris: peer.uris, serial: peer.serial, on: peer.application)
        guard case .agent(var agent) = caller else { return caller }
        agent.authority = peer.authority
        return .agent(agent)
    }

    /// Who speaks on a connection whose certificate names these.
    func caller(
        uris: [String],
        serial: String = "",
        on application: ApplicationProtocol
    ) throws(ServiceFailure)
        -> Caller
    {
        if application == .enrollment {
            guard uris.isEmpty else {
                throw .denied("a machine that enrols has no certificate yet")
            }
            return .newcomer
        }
        guard uris.count == 1, let identity = uris.first.flatMap(SPIFFEIdentity.init) else {
            throw .denied("the certificate names nobody that this coordinator knows")
        }
        guard identity.cluster == cluster else {
            throw .denied(
                "the certificate is for the cluster '\(identity.cluster)', not '\(cluster)'"
            )
        }
        switch identity {
        case .agent(_, let id): return .agent(CallingAgent(node: id, serial: serial))
        case .operator(_, let name): return .operator(name)
        case .coordinator: throw .denied("a coordinator's certificate may not call a coordinator")
        }
    }

    /// Which service is for whom. Health and reflection are for all who have a certificate.
    func admit(_ caller: Caller, to service: String) throws(ServiceFailure) {
        let isAllowed =
            switch (service, caller) {
            case (WireEnrollment.descriptor.fullyQualifiedService, .newcomer): true
            case (WireAgentLink.descriptor.fullyQualifiedService, .agent): true
            case (WireOperator.descriptor.fullyQualifiedService, .operator): true
            case (GRPCHealth.descriptor.fullyQualifiedService, .agent),
                (GRPCHealth.descriptor.fullyQualifiedService, .operator),
                (GRPCServerReflection.descriptor.fullyQualifiedService, .agent),
                (GRPCServerReflection.descriptor.fullyQualifiedService, .operator):
                true
            default: false
            }
        guard isAllowed else { throw .denied("\(caller.role) may not call \(service)") }
    }
}

extension Caller {
    fileprivate var role: String {
        switch self {
        case .newcomer: "a machine that enrols"
        case .agent(let agent): "the agent of \(agent.node)"
        case .operator(let name): "the operator \(name)"
        }
    }
}
