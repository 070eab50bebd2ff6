import Daemon
import GRPCCore
import Logging
import Protocol
import SwiftProtobuf
import Trust

// Follows the coordinator from one certificate authority to the next.
extension Session {
    /// Does what each bundle says; says so where that ends the session.
    func followTrust() async -> SessionEnd? {
        for await bundle in bundles {
            guard adopt(bundle), !renewal.isIssued(by: bundle.signer) else { continue }
            // Many agents are told at once; they shall not ask at once.
            let pause = Int64.random(in: 0...min(max(bundle.renewWithin, 0), 3_600_000))
            try? await Task.sleep(for: .milliseconds(pause))
            guard !Task.isCancelled else { return nil }
            renewal.demand()
            await renewal.renewIfDue(over: client)
        }
        return nil
    }

    /// Stores whom to believe from the next connection on, and says so; whether that worked.
    private func adopt(_ bundle: WireTrustBundle) -> Bool {
        do {
            let (pins, isNew) = try renewal.adopt(bundle.authorities)
            if isNew {
                logger.log(
                    .notice,
                    "believes other certificate authorities",
                    [.authorities: pins.joined(separator: " ")]
                )
            }
            outbox.send(.with { $0.trust.authorities = pins })
            return true
        } catch {
            logger.log(
                .warning,
                "the coordinator's certificate authorities were not taken over",
                [.reason: "\(error)"]
            )
            return false
        }
    }
}
