import Daemon
import Foundation
import Testing
import Trust

@testable import Coordinator

@Suite struct StateDirectoryTests {
    let folder: TemporaryFolder
    let state: StateDirectory

    init() throws {
        folder = try TemporaryFolder()
        state = StateDirectory(folder.path + "/state")
    }

    @Test func `init makes a complete state that only its owner reads`() throws {
        try Initialization(cluster: "test", address: "203.0.113.1").run(in: state)
        #expect(
            try state.configuration()
                == CoordinatorConfiguration(cluster: "test", address: "203.0.113.1", port: 7443)
        )
        #expect(try folder.mode(of: "state") == 0o700)
        for secret in ["ca/key.pem", "coordinator/key.pem", "operator/key.pem", "isthmus.sqlite"] {
            #expect(try folder.mode(of: "state/" + secret) == 0o600, "\(secret)")
        }
        let own = try Certificate(pem: Credential.load(from: state.coordinator).certificate)
        #expect(own.identity == .coordinator(cluster: "test"))
        let admin = try Certificate(pem: Credential.load(from: state.operator).certificate)
        #expect(admin.identity == .operator(cluster: "test", name: "admin"))
        #expect(
            try AuthorityFiles(state: state).load().signer.certificate.publicKeySHA256.count == 64
        )
    }

    @Test func `init does not overwrite`() throws {
        try Initialization(cluster: "test", address: "a.example").run(in: state)
        let before = try Credential.load(from: state.authority)
        #expect(throws: StateFailure.exists(path: state.path)) {
            try Initialization(cluster: "other", address: "b.example").run(in: state)
        }
        #expect(try Credential.load(from: state.authority) == before)
    }

    @Test func `a state whose making was cut short is explained`() throws {
        try Initialization(cluster: "test", address: "a.example").run(in: state)
        try FileManager.default.removeItem(atPath: state.configurationFile)
        let found = ["ca", "coordinator", "operator", "isthmus.sqlite"]
        #expect(throws: StateFailure.halfMade(path: state.path, found)) {
            try state.configuration()
        }
        #expect(throws: StateFailure.halfMade(path: state.path, found)) {
            try Initialization(cluster: "test", address: "a.example").run(in: state)
        }
    }

    @Test func `where there is nothing the next command is named`() {
        let failure = #expect(throws: StateFailure.self) { try state.configuration() }
        #expect(failure?.description.contains("coordinator init --state \(state.path)") == true)
    }

    @Test(arguments: [
        ("a.example", "a.example", 7443),
        ("Coordinator.Example.ORG:1", "coordinator.example.org", 1),
        ("a.example:1", "a.example", 1),
        ("203.0.113.1:65535", "203.0.113.1", 65535), ("2001:db8::1", "2001:db8::1", 7443),
        ("[2001:db8::1]:80", "2001:db8::1", 80),
    ])
    func `addresses are read with or without a port`(text: String, host: String, port: Int) throws {
        let made = try Initialization(cluster: "test", address: text)
        #expect(made.address == host)
        #expect(made.port == port)
    }

    @Test(arguments: [
        "", "a b", "a:0", "a:65536", "a:x", "999.1.1.1", "1.2.3", "a.1", "[::1", "http://a", "a/b",
        "[a]x",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: StateFailure.self) { try Initialization(cluster: "test", address: text) }
    }

    @Test(arguments: ["", "Three Clouds", "-a", "a.b"])
    func `what cannot name a cluster is refused`(name: String) {
        #expect(throws: StateFailure.self) { try Initialization(cluster: name, address: "a") }
    }

    @Test func `two coordinators cannot have one state`() throws {
        try Initialization(cluster: "test", address: "a").run(in: state)
        let first = try state.lock()
        #expect(throws: StateFailure.inUse(path: state.path)) { try state.lock() }
        withExtendedLifetime(first) {}
    }

    @Test func `a folder that was let go is free, whoever still holds the file`() throws {
        try Initialization(cluster: "test", address: "a").run(in: state)
        let first = try state.lock()
        // As a child has it between fork and exec: another descriptor of the same open file.
        let child = try #require(Self.duplicate(ofFileAt: state.path + "/lock"))
        defer { close(child) }
        first.release()
        let second = try state.lock()
        withExtendedLifetime(second) {}
    }

    private static func duplicate(ofFileAt path: String) -> Int32? {
        let own = "/proc/self/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: own)) ?? []
        let name = names.first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(own)/\($0)"))?
                .hasSuffix(path) == true
        }
        return name.flatMap { Int32($0) }.map { dup($0) }
    }

    @Test func `init waits for nobody who is at work in the folder, and blames nobody`() throws {
        try FileManager.default.createDirectory(
            atPath: state.authority,
            withIntermediateDirectories: true
        )
        let other = try state.lock()
        #expect(throws: StateFailure.inUse(path: state.path)) {
            try Initialization(cluster: "test", address: "a").run(in: state)
        }
        #expect(throws: StateFailure.inUse(path: state.path)) { try state.configuration() }
        withExtendedLifetime(other) {}
    }

    @Test func `init leaves another's folder alone`() throws {
        let file = state.path + "/letter"
        try FileManager.default.createDirectory(
            atPath: state.path,
            withIntermediateDirectories: true
        )
        try Data().write(to: URL(fileURLWithPath: file))
        #expect(throws: StateFailure.foreign(path: state.path, ["letter"])) {
            try Initialization(cluster: "test", address: "a").run(in: state)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path) == ["letter"])
    }

    @Test func `an empty folder becomes its owner's alone`() throws {
        try FileManager.default.createDirectory(
            atPath: state.path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try Initialization(cluster: "test", address: "a").run(in: state)
        #expect(try folder.mode(of: "state") == 0o700)
    }

    @Test func `a damaged config.json is named`() throws {
        try Initialization(cluster: "test", address: "a").run(in: state)
        try Data("{".utf8).write(to: URL(fileURLWithPath: state.configurationFile))
        #expect(throws: StateFailure.damaged(path: state.configurationFile)) {
            try state.configuration()
        }
    }

    @Test func `certificates are renewed past two thirds of their life`() throws {
        let day: Int64 = 24 * 3_600_000
        let start = WallClock.now()
        try Initialization(cluster: "test", address: "a").run(in: state, now: start)
        let credentials = OwnCredentials(
            state: state,
            configuration: try state.configuration(),
            authorities: try AuthorityFiles(state: state).load()
        )
        let before = try Credential.load(from: state.operator)
        #expect(try !credentials.renewWhereDue(now: start + 19 * day))
        #expect(try Credential.load(from: state.operator) == before)
        #expect(try credentials.renewWhereDue(now: start + 21 * day))
        #expect(try Credential.load(from: state.operator) != before)
    }
}
