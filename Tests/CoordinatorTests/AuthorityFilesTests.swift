import Daemon
import Foundation
import Plan
import Testing
import Trust

@testable import Coordinator

/// The authorities on the disk, also as a crash leaves them.
@Suite struct AuthorityFilesTests {
    private let folder: TemporaryFolder
    private let state: StateDirectory
    private var files: AuthorityFiles { AuthorityFiles(state: state) }

    init() throws {
        folder = try TemporaryFolder()
        state = StateDirectory(folder.path + "/state")
        try Initialization(cluster: "test", address: "127.0.0.1").run(in: state)
    }

    private func introduce() throws {
        let outgoing = try files.load().signer
        try files.introduce(besides: outgoing, cluster: "test", now: WallClock.now())
    }

    private func move(to phase: AuthorityRotation.Phase) throws {
        var rotation = try #require(try files.load().rotation)
        rotation.phase = phase
        try files.save(rotation)
    }

    @Test func `each phase is found again`() throws {
        #expect(try files.load().rotation == nil)
        try introduce()
        let begun = try files.load()
        #expect(begun.rotation?.phase == .introduced)
        #expect(begun.pins.count == 2 && begun.signer.certificate.publicKeySHA256 == begun.pins[0])
        #expect(try folder.mode(of: "state/ca.next/key.pem") == 0o600)
        #expect(try folder.mode(of: "state/rotation.json") == 0o600)
        try move(to: .signing)
        #expect(try files.load().signer.certificate.publicKeySHA256 == begun.pins[1])
        try move(to: .returning)
        #expect(try files.load().signer.certificate.publicKeySHA256 == begun.pins[0])
        #expect(state.strangers().isEmpty)
    }

    @Test func `an authority that a crash left without a rotation counts for nothing`() throws {
        let outgoing = try files.load().pins
        try introduce()
        try FileManager.default.removeItem(atPath: state.rotationFile)
        #expect(try files.load().pins == outgoing)
        try introduce()
        #expect(try files.load().pins.count == 2)
    }

    /// What ending does to the disk, line by line.
    private static let ending: [@Sendable (StateDirectory) throws -> Void] = [
        { try copy($0.nextAuthority + "/key.pem", to: $0.authority + "/key.next.pem") },
        { try copy($0.nextAuthority + "/ca.pem", to: $0.authority + "/ca.pem") },
        { try copy($0.nextAuthority + "/cert.pem", to: $0.authority + "/cert.pem") },
        { try copy($0.authority + "/key.next.pem", to: $0.authority + "/key.pem") },
        { try FileManager.default.removeItem(atPath: $0.authority + "/key.next.pem") },
        { try FileManager.default.removeItem(atPath: $0.nextAuthority + "/cert.pem") },
        { try FileManager.default.removeItem(atPath: $0.nextAuthority + "/key.pem") },
        { try FileManager.default.removeItem(atPath: $0.nextAuthority) },
        { try FileManager.default.removeItem(atPath: $0.rotationFile) },
    ]

    private static func copy(_ from: String, to path: String) throws {
        try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: path))
    }

    @Test(arguments: 0...ending.count)
    func `the end comes whole after a crash at any line`(line: Int) throws {
        try introduce()
        let oldKey = try Data(contentsOf: URL(fileURLWithPath: state.authority + "/key.pem"))
        let incoming = try files.load().pins[1]
        try move(to: .signing)
        try move(to: .finishing)
        for step in Self.ending.prefix(line) { try step(state) }
        for _ in 0..<2 {
            let set = try files.load()
            #expect(set.rotation == nil && set.pins == [incoming])
            #expect(set.signer.key.belongs(to: set.signer.certificate))
        }
        #expect(state.strangers().isEmpty)
        let left = try #require(FileManager.default.enumerator(atPath: state.path))
        for case let name as String in left {
            #expect(!name.hasPrefix("ca.next") && name != "rotation.json")
            let bytes = try? Data(contentsOf: URL(fileURLWithPath: state.path + "/" + name))
            #expect(bytes != oldKey, "\(name)")
        }
    }

    @Test(arguments: 0...3)
    func `giving up comes whole after a crash at any line`(line: Int) throws {
        try introduce()
        let outgoing = try files.load().pins[0]
        try move(to: .returning)
        try move(to: .dropping)
        for step in Self.ending[6...].prefix(line) { try step(state) }
        #expect(try files.load().pins == [outgoing])
        #expect(!FileManager.default.fileExists(atPath: state.nextAuthority))
        #expect(!FileManager.default.fileExists(atPath: state.rotationFile))
    }

    @Test func `a phase that belongs to other authorities is refused in words`() throws {
        try introduce()
        let other = try CertificateAuthority.create(cluster: "test", now: WallClock.now())
        try Credential(
            certificate: other.certificate.pem,
            key: try other.key.pem(),
            authorities: other.certificate.pem
        ).store(in: state.nextAuthority)
        let failure = #expect(throws: StateFailure.self) { try files.load() }
        #expect(failure?.description.contains("put all three back from one copy") == true)
        try folder.write("state/rotation.json", "{")
        let damaged = #expect(throws: StateFailure.self) { try files.load() }
        #expect(damaged?.description.contains("damaged") == true)
    }

    @Test func `the coordinator's own certificates follow the phase`() throws {
        let configuration = try state.configuration()
        func renew() throws -> Bool {
            try OwnCredentials(
                state: state,
                configuration: configuration,
                authorities: try files.load()
            ).renewWhereDue(now: WallClock.now())
        }
        #expect(try !renew())
        try introduce()
        for (phase, signer) in [(.introduced, 0), (.signing, 1), (.returning, 0)]
            as [(AuthorityRotation.Phase, Int)]
        {
            try move(to: phase)
            #expect(try renew(), "\(phase)")
            #expect(try !renew(), "\(phase)")
            let set = try files.load()
            let own = try Credential.load(from: state.coordinator)
            let chain = try Certificate.all(in: own.certificate)
            try #require(chain.count == 2)
            #expect(chain[0].isIssued(by: set.believed[signer]))
            #expect(chain[1].isIssued(by: set.believed[1 - signer]))
            #expect(chain[1].publicKeySHA256 == set.pins[signer])
            let operating = try Credential.load(from: state.operator)
            #expect(try Certificate(pem: operating.certificate).isIssued(by: set.believed[signer]))
            #expect(operating.authorities == set.bundle)
        }
    }
}
