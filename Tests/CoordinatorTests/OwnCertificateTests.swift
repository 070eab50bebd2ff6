import Daemon
import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

/// The coordinator's certificate changes while it serves.
@Suite(.timeLimit(.minutes(4))) struct OwnCertificateTests {
    @Test func `a new certificate is shown to who comes, and who is there stays`() async throws {
        let log = RecordedLog()
        try await ServerBench.run(options: log.receive) { bench in
            let agent = try await bench.enrol(bench.token(for: "seoul"))
            await #expect(throws: Enough.self) {
                try await bench.session(as: agent) {
                    try Self.issue(.coordinator(cluster: "test"), in: bench.state)
                    bench.server.reload()
                    let nodes = try await bench.operating { try await $0.listNodes(.init()).nodes }
                    guard nodes.map(\.connected) == [true] else { return }
                    throw Enough()
                }
            }
            #expect(log.count("shows another certificate") == 1)
        }
    }

    @Test func `what is no certificate of the coordinator's is complained of and passed over`()
        async throws
    {
        let log = RecordedLog()
        try await ServerBench.run(options: log.receive) { bench in
            try Self.issue(.operator(cluster: "test", name: "eve"), in: bench.state)
            bench.server.reload()
            bench.server.reload()
            bench.server.reload()
            #expect(log.count("cannot be used; the one before stays in use") == 1)
            _ = try await bench.operating { try await $0.listNodes(.init()) }
        }
    }

    @Test
    func `in the middle of a rotation a certificate with its cross-signed authority is taken`()
        async throws
    {
        let log = RecordedLog()
        try await ServerBench.run(options: log.receive) { bench in
            let scene = RotationScene(bench)
            // Believes the first authority alone, now and later.
            let asleep = try await bench.enrol(bench.token(for: "seoul"))
            try await scene.rotate(.start)
            try await scene.rotate(.sign)
            bench.server.reload()
            let taken = log.count("shows another certificate")
            #expect(taken >= 1)

            let set = try AuthorityFiles(state: bench.state).load()
            #expect(set.witness != nil)
            let own = OwnCredentials(
                state: bench.state,
                configuration: try bench.state.configuration(),
                authorities: set
            )
            try own.issue(now: WallClock.now())
            let chain = try Credential.load(from: bench.state.coordinator).certificate
            #expect(try Certificate.all(in: chain).count == 2)
            bench.server.reload()
            #expect(log.count("shows another certificate") == taken + 1)
            #expect(log.count("cannot be used") == 0)
            #expect(await bench.refusal(of: asleep) == nil)
            _ = try await bench.operating { try await $0.listNodes(.init()) }
        }
    }

    private static func issue(_ identity: SPIFFEIdentity, in state: StateDirectory) throws {
        let authority = try AuthorityFiles(state: state).load().signer
        let key = try PrivateKey.generate()
        let certificate = try authority.issue(
            CertificateRequest.make(commonName: "any", key: key),
            to: identity,
            addresses: ["127.0.0.1"],
            now: WallClock.now()
        )
        try Credential(
            certificate: certificate.pem,
            key: try key.pem(),
            authorities: authority.certificate.pem
        ).store(in: state.coordinator)
    }
}

/// What was to be seen was seen.
private struct Enough: Error {}

extension RecordedLog {
    fileprivate func receive(_ options: inout CoordinatorOptions) { options.logger = logger }

    fileprivate func count(_ words: String) -> Int { lines.count { $0.contains(words) } }
}
