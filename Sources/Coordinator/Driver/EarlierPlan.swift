import Conduct
import Foundation
import Plan

/// A canonical plan of any release, as far as its hosts go.
struct EarlierPlan: Decodable {
    private struct Host: Decodable {
        let id: String
        let hostname: String?
        let role: String?
        let addresses: Addresses?
    }

    private struct Addresses: Decodable {
        let `public`: String?
    }

    private let hosts: [Host]

    /// Where a cluster's API is.
    struct Server: Sendable, Equatable {
        /// The agent's id.
        let id: HostID
        /// IPv4.
        let publicAddress: String
    }

    /// The server that was set up first; nothing where the text has none.
    static func firstServer(in text: String) -> Server? {
        let plan = try? JSONDecoder().decode(EarlierPlan.self, from: Data(text.utf8))
        let server = plan?.hosts.first { $0.role == HostRole.server.rawValue }
        guard let server, let id = HostID(server.id), let address = server.addresses?.public else {
            return nil
        }
        return Server(id: id, publicAddress: address)
    }

    /// The hosts of a plan's text; none where it cannot be read.
    static func hosts(in text: String) -> [FrozenRollout.DepartedHost] {
        let plan = try? JSONDecoder().decode(EarlierPlan.self, from: Data(text.utf8))
        return (plan?.hosts ?? []).compactMap { host in
            guard let id = HostID(host.id) else { return nil }
            return FrozenRollout.DepartedHost(
                id: id,
                hostname: host.hostname ?? host.id,
                isServer: host.role == HostRole.server.rawValue
            )
        }
    }
}
