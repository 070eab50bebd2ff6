import Foundation
import Plan
import Testing

@testable import Coordinator

/// Where plans' secrets are read, and what is said where they are not to be had.
@Suite struct PlanSecretsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var secrets: PlanSecrets {
        PlanSecrets(
            folder: folder.path + "/state/secrets",
            environment: { $0 == "THERE" ? " from-env\n" : nil }
        )
    }

    private func write(
        _ text: String,
        mode: Int = 0o600,
        to name: String = "token"
    ) throws -> String {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: secrets.folder,
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test func `each of the three places is read, without line ends`() throws {
        #expect(try secrets.read(.environment("THERE"), for: "f") == Secret("from-env"))
        let path = try write("from-file\n")
        #expect(try secrets.read(.file(path), for: "f") == Secret("from-file"))
        _ = try write("from-store\n", to: "state/secrets/token")
        #expect(try secrets.read(.store("token"), for: "f") == Secret("from-store"))
    }

    @Test func `the coordinator's own keys are no plan's secrets`() throws {
        let key = try write("key", to: "state/key.pem")
        let link = folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: key)
        for path in [key, link, folder.path + "/state/../state/key.pem"] {
            let problem = #expect(throws: AccessProblem.self) {
                try secrets.read(.file(path), for: "f")
            }
            #expect(problem?.what.hasSuffix("is in the coordinator's own state") == true)
        }
    }

    @Test func `what is missing, empty or open to all is refused with the way out`() throws {
        let missing = #expect(throws: AccessProblem.self) {
            try secrets.read(.environment("AWAY"), for: "tunnel.apiToken")
        }
        #expect(missing?.what.contains("tunnel.apiToken") == true)
        #expect(missing?.advice.contains("EnvironmentFile=") == true)
        let away = #expect(throws: AccessProblem.self) {
            try secrets.read(.file(folder.path + "/away"), for: "f")
        }
        #expect(away?.advice.contains("install -m 600") == true)
        let empty = try write(" \n")
        #expect(throws: AccessProblem.self) { try secrets.read(.file(empty), for: "f") }
        let open = try write("hunter2", mode: 0o644)
        let problem = #expect(throws: AccessProblem.self) {
            try secrets.read(.file(open), for: "f")
        }
        #expect(problem?.advice.contains("chmod 600") == true)
        #expect(problem?.description.contains("hunter2") == false)
    }
}
