import Foundation
import Plan

/// A canonical plan of any release, as far as its tunnel goes.
struct EarlierTunnel: Decodable {
    private struct Tunnel: Decodable {
        let accountID: String?
        let name: String?
    }

    private let tunnel: Tunnel?

    /// Whether a plan's text asks for the same tunnel.
    static func isSame(as tunnel: TunnelSettings, in text: String) -> Bool {
        let plan = try? JSONDecoder().decode(EarlierTunnel.self, from: Data(text.utf8))
        return plan?.tunnel?.accountID == tunnel.accountID && plan?.tunnel?.name == tunnel.name
    }
}
