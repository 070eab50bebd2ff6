import Conduct
import Foundation
import Plan

/// A canonical plan of any release, as far as its hosts go.
struct EarlierPlan: Decodable {
    private struct Host: Decodable {
        let id: String
        let hostname: String?
        let role: String?
    }

    private let hosts: [Host]

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
