import Foundation
import GRPCCore
import Plan
import PlanFile
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

/// What the coordinator fetches from a cluster that stands: its kubeconfig and its sealed copies.
@Suite(.timeLimit(.minutes(2))) struct KeepingTests {
    private static let recovery = try? SealedBox.make(name: "recovery", now: 1_800_000_000_000)

    /// The sample with all that this suite is about.
    private static func plan() throws -> String {
        let recovery = try #require(recovery)
        var plan = try ClusterPlan.sample()
        plan.k3s.hairpin = .interface
        plan.k3s.snapshotRecipient = recovery.certificate.pem
        let images = ArtifactReference(
            url: "https://example.org/images",
            sha256: String(repeating: "a", count: 64)
        )
        plan.artifacts.airgapImages = [.amd64: images]
        return plan.canonicalJSON()
    }

    @Test func `the kubeconfig goes to the operator who asks, and nowhere else`() async throws {
        try await ServerBench.run { bench in
            let machines = try await Machines(bench)
            try await machines.running(at: bench.port) {
                try await bench.untilConnected(machines.hosts.count)
                let early = await #expect(throws: RPCError.self) { try await bench.kubeconfig() }
                #expect(early?.code == .notFound)
                let events = try await bench.rollOut()
                #expect(events.ending?.outcome == .succeeded, "\(events.failures)")

                let answer = try await bench.kubeconfig()
                let entry = try KubeconfigEntry(file: [UInt8](answer.kubeconfig))
                #expect(entry.name == "test")
                #expect(entry.server == "https://203.0.113.10:6443")
                #expect(answer.node == "tokyo")
                let text = String(decoding: answer.kubeconfig, as: UTF8.self)
                let key = try #require(text.split(separator: "client-key-data: ").last)
                try bench.expectNothing(of: key.trimmingCharacters(in: .whitespacesAndNewlines))
                try await bench.expectEvent("admin fetched the kubeconfig from tokyo")
            }
            // The agents are gone: that is said, with the way to look.
            while try await bench.operating({ try await $0.listNodes(.init()).nodes })
                .contains(where: \.connected)
            {
                try await Task.sleep(for: .milliseconds(10))
            }
            let late = await #expect(throws: RPCError.self) { try await bench.kubeconfig() }
            #expect(late?.code == .failedPrecondition)
            #expect(late?.message.contains("systemctl status isthmus-agent") == true)
        }
    }

    @Test func `a rollout leaves sealed copies that only the operator's key opens`() async throws {
        try await ServerBench.run { bench in
            let machines = try await Machines(bench)
            try await machines.running(at: bench.port) {
                try await bench.untilConnected(machines.hosts.count)
                let first = try await bench.rollOut(Self.plan())
                #expect(first.ending?.outcome == .succeeded, "\(first.failures)")
                let copies = try await bench.operating {
                    try await $0.listSnapshots(.init()).snapshots
                }
                #expect(copies.map(\.node) == ["tokyo", "tokyo"])
                let token = try #require(copies.first { $0.name.hasSuffix(".token") })
                let snapshot = try #require(copies.first { $0.name.hasSuffix(".snapshot") })
                let opened = try await bench.opened(token.name, with: try #require(Self.recovery))
                #expect(opened.hasPrefix("K10") && opened.contains("::server:"))
                #expect(
                    try await bench.opened(snapshot.name, with: try #require(Self.recovery))
                        == "etcd of seoul tokyo\n"
                )
                try bench.expectNothing(of: opened.trimmingCharacters(in: .whitespacesAndNewlines))
                try await bench.expectEvent("tokyo left the sealed copy \(token.name)")

                let second = try await bench.rollOut(Self.plan())
                #expect(second.ending?.changed == 0, "\(second.changed)")
            }
        }
    }

    @Test func `a recipient that nothing can be sealed for stops a rollout before it begins`()
        async throws
    {
        try await ServerBench.run { bench in
            var plan = try ClusterPlan.sample()
            plan.k3s.snapshotRecipient =
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            let text = plan.canonicalJSON()
            let refusal = await #expect(throws: RPCError.self) { try await bench.start(text) }
            #expect(refusal?.message.contains("k3s.snapshotRecipient cannot be sealed for") == true)
            #expect(refusal?.message.contains("openssl req -x509") == true)
        }
    }

    @Test func `copies come only from servers, as a whole, and never over another`() async throws {
        try await ServerBench.run { bench in
            let machines = try await Machines(bench)
            try await machines.running(at: bench.port) {
                try await bench.untilConnected(machines.hosts.count)
                _ = try await bench.rollOut()
            }
            func deposit(
                _ host: String,
                _ name: String,
                _ bytes: [UInt8],
                _ size: Int64
            ) async throws
                -> WireDepositReceipt
            {
                let credential = try Credential.load(from: "\(bench.folder.path)/agent-\(host)")
                return try await bench.calling(as: credential) { client in
                    try await WireAgentLink.Client(wrapping: client).deposit { writer in
                        try await writer.write(.with { $0.name = name })
                        try await writer.write(.with { $0.data = Data(bytes) })
                        if size > 0 { try await writer.write(.with { $0.size = size }) }
                    }
                }
            }
            func refusal(_ host: String, _ name: String, _ size: Int64 = 3) async -> RPCError.Code?
            {
                do {
                    _ = try await deposit(host, name, [1, 2, 3], size)
                    return nil
                } catch {
                    return (error as? RPCError)?.code
                }
            }
            #expect(await refusal("seoul", "first.token") == .permissionDenied)
            #expect(await refusal("tokyo", "../config.json") == .invalidArgument)
            #expect(await refusal("tokyo", ".hidden") == .invalidArgument)
            #expect(await refusal("tokyo", "cut.token", 0) == .aborted)
            #expect(await refusal("tokyo", "cut.token", 4) == .aborted)
            #expect(await refusal("tokyo", "cut.token") == nil)
            #expect(await refusal("tokyo", "cut.token") == .alreadyExists)
            let folder = bench.state.snapshots
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder + "/tokyo")
                    == ["cut.token"]
            )
        }
    }
}

extension ServerBench {
    fileprivate func kubeconfig() async throws -> WireFetchKubeconfigResponse {
        try await operating { try await $0.fetchKubeconfig(.init()) }
    }

    fileprivate func opened(_ name: String, with box: SealedBox) async throws -> String {
        let sealed = try await operating { client in
            try await client.fetchSnapshot(.with { $0.name = name }) { response in
                try await response.messages.reduce(into: [UInt8]()) { $0 += [UInt8]($1.data) }
            }
        }
        let opened = try SealedBox.open(sealed, with: box.key)
        return String(decoding: opened.reveal(), as: UTF8.self)
    }

    /// No file of the coordinator holds the text.
    fileprivate func expectNothing(of secret: String) throws {
        try #require(secret.count > 20)
        let files = FileManager.default.enumerator(atPath: state.path)
        while let name = files?.nextObject() as? String {
            let data = FileManager.default.contents(atPath: "\(state.path)/\(name)") ?? Data()
            #expect(data.range(of: Data(secret.utf8)) == nil, "\(name)")
        }
    }

    fileprivate func expectEvent(_ words: String) async throws {
        await server.services.events.flush()
        let told = try await operating { client in
            try await client.events(.init()) { response in
                try await response.messages.reduce(into: [String]()) { $0.append($1.words) }
            }
        }
        #expect(told.contains(words), "\(told)")
    }
}
