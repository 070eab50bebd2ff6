import Foundation
import Testing

/// Operators that work from other machines, as the commands make and unmake them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct OperatorTests {
    @Test func `an operator works from a folder of their own until that is revoked`() async throws {
        try await World.with { world in
            try await world.initialize()
            _ = try await world.serve()
            let folder = world.folder.appendingPathComponent("kim").path
            let made = try await world.coordinator("operator", "create", "kim", "--into", folder)
            #expect(made.status == 0, "\(made.complaint)")
            #expect(made.output.contains("--state \(folder)"))
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder + "/operator/key.pem"
            )
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let twice = try await world.coordinator("operator", "create", "kim", "--into", folder)
            #expect(twice.status == 1)
            #expect(twice.complaint.contains("it is left as it is"))

            let arguments = ["events", "--follow", "--state", folder]
            let follower = try await world.start("coordinator", arguments)
            try await eventually("kim follows") {
                follower.output.contains("admin gave a certificate to the operator kim")
            }
            let list = try await world.coordinator("operator", "list")
            #expect(list.output.contains("kim"))
            let gone = try await world.coordinator(
                "operator",
                "revoke",
                "kim",
                "--reason",
                "lost laptop"
            )
            #expect(gone.status == 0, "\(gone.complaint)")
            let cut = try await follower.ending(within: .seconds(20))
            #expect(cut.status == 1)
            #expect(cut.complaint.contains("refuses this operator"))
            #expect(cut.complaint.contains("(lost laptop)"))
            let after = try await world.coordinator("operator", "list", "--output", "json")
            #expect(after.output.contains(#""revocationReason":"lost laptop""#))

            let own = try await world.coordinator("operator", "revoke", "admin")
            #expect(own.status == 0, "\(own.complaint)")
            #expect(try await world.coordinator("node", "list").status == 0)
        }
    }
}
