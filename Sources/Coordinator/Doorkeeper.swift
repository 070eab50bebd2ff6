import GRPCTransport

/// Looks at who has just connected, and shows those the door whose certificates the authority signed
/// but which count no longer. They have the time to ask once and be told why.
struct Doorkeeper: Sendable {
    private let services: CoordinatorServices

    /// How long a refused peer's connection stays.
    private static let grace = Duration.seconds(5)

    init(_ services: CoordinatorServices) {
        self.services = services
    }

    /// Returns at once; the store is asked meanwhile.
    func greet(_ connection: ServerConnection) {
        guard let caller = try? services.authorization.caller(of: connection.peer) else { return }
        Task {
            do throws(ServiceFailure) {
                try await services.demand(caller, serial: connection.peer.serial)
            } catch {
                // A store that does not answer now is asked again at each call.
                guard case .certificate(let refusal) = error else { return }
                services.refusals.note(refusal.description, from: connection.address)
                // A GOAWAY now would keep the peer from asking, and so from hearing why.
                try? await Task.sleep(for: Self.grace)
                connection.close("the certificate of this connection counts no longer")
            }
        }
    }
}
