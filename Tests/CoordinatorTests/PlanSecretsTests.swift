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
        PlanSecrets(folder: folder.path, environment: { $0 == "THERE" ? " from-env\n" : nil })
    }

    private func write(_ text: String, mode: Int = 0o600) throws -> String {
        let path = folder.path + "/token"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test func `each of the three places is read, without line ends`() throws {
        #expect(try secrets.read(.environment("THERE"), for: "f") == Secret("from-env"))
        let path = try write("from-file\n")
        #expect(try secrets.read(.file(path), for: "f") == Secret("from-file"))
        #expect(try secrets.read(.store("token"), for: "f") == Secret("from-file"))
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
