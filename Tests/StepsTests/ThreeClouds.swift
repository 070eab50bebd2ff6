import Plan
import SimulatedHost
import Steps
import Synchronization
import Testing
import Trust

/// The cluster of the examples: a server in Japan, agents in Seoul and Chuncheon, the last of them
/// behind NAT.
enum ThreeClouds {
    static let japan = host("kube-japan", .server, "203.0.113.11", region: "japan")
    static let seoul = host("kube-seoul", .agent, "203.0.113.12", region: "seoul")
    static let chuncheon = host(
        "kube-chuncheon",
        .agent,
        "203.0.113.13",
        region: "chuncheon",
        behindNAT: true
    )

    /// The operator's key, and the certificate that the plan names.
    static let recovery: SealedBox = {
        guard let pair = try? SealedBox.make(name: "recovery", now: 1_800_000_000_000) else {
            preconditionFailure("OpenSSL makes no key")
        }
        return pair
    }()

    static var plan: ClusterPlan {
        let nothing = ArtifactReference(url: "https://example.com/file")
        return ClusterPlan(
            metadata: PlanMetadata(name: "three-clouds"),
            hosts: [japan, seoul, chuncheon],
            k3s: K3sSettings(
                version: "v1.34.3+k3s1",
                hairpin: .interface,
                snapshotRecipient: recovery.certificate.pem
            ),
            mesh: MeshSettings(),
            tunnel: TunnelSettings(
                accountID: "0123456789abcdef0123456789abcdef",
                name: "three-clouds",
                apiToken: .file("/etc/isthmus/cloudflare-token"),
                hostname: "panel.example.com",
                services: [PublishedService(hostname: "shop.example.com", service: "shop")]
            ),
            artifacts: ArtifactSettings(
                k3s: [:],
                installScript: nothing,
                kiloCRDs: nothing,
                kiloManifest: nothing
            ),
            policies: PolicySettings()
        )
    }

    private static func host(
        _ id: String,
        _ role: HostRole,
        _ address: String,
        region: String,
        behindNAT: Bool = false
    ) -> PlannedHost {
        PlannedHost(
            id: hostID(id),
            hostname: id,
            role: role,
            publicAddress: address,
            internalAddress: "10.0.0.\(address.suffix(2))",
            behindNAT: behindNAT,
            region: region,
            location: region
        )
    }

    static func hostID(_ text: String) -> HostID {
        guard let id = HostID(text) else { preconditionFailure("\(text) is no host id") }
        return id
    }

    /// What stands in the plan's file.
    static let token = Secret("a-cloudflare-token-of-the-plan")

    // MARK: Artifacts

    static let binary = Array("a k3s binary".utf8)
    static let script = Array("#!/bin/sh\n# an install script\n".utf8)

    /// Hands out the files above.
    static let source = FixedSource(files: [
        SHA256.hex(binary): binary, SHA256.hex(script): script,
    ])

    static var artifacts: ResolvedArtifacts {
        ResolvedArtifacts(
            k3s: [.amd64: SHA256.hex(binary)],
            installScript: SHA256.hex(script),
            kiloCRDs: [definition],
            kilo: [configuration, daemonSet]
        )
    }

    static let definition = KubernetesObject(
        name: "CustomResourceDefinition peers.kilo.squat.ai",
        json: """
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
             "metadata": {"name": "peers.kilo.squat.ai"}}
            """
    )

    static let configuration = KubernetesObject(
        name: "ConfigMap kube-system/kilo",
        json: """
            {"apiVersion": "v1", "kind": "ConfigMap",
             "metadata": {"name": "kilo", "namespace": "kube-system"},
             "data": {"cni-conf.json": "{}"}}
            """
    )

    static let daemonSet = kilo(mtu: 1420)

    static func kilo(mtu: Int) -> KubernetesObject {
        KubernetesObject(
            name: "DaemonSet kube-system/kilo",
            json: """
                {"apiVersion": "apps/v1", "kind": "DaemonSet",
                 "metadata": {"name": "kilo", "namespace": "kube-system"},
                 "spec": {"template": {"spec": {"containers": [{"name": "kilo",
                   "args": ["--mesh-granularity=full", "--mtu=\(mtu)"]}]}}}}
                """
        )
    }

    static func steps() throws -> [PlannedStep] {
        let architectures = Dictionary(
            uniqueKeysWithValues: plan.hosts.map { ($0.id, Architecture.amd64) }
        )
        return try ClusterSteps.steps(
            for: plan,
            artifacts: artifacts,
            architectures: architectures
        ).steps
    }
}

/// Artifacts that are there or not.
struct FixedSource: ArtifactSource {
    var files: [String: [UInt8]] = [:]

    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        guard let bytes = files[sha256] else {
            throw HostFailure(.sourceUnavailable, "the coordinator has no \(sha256)")
        }
        try await receive(Array(bytes.dropFirst(Int(offset))))
    }
}

/// Somebody who keeps copies, and cannot open them.
final class KeptDeposits: DepositSink {
    private let kept = Mutex<[String: [UInt8]]>([:])

    /// What is kept, by name.
    var all: [String: [UInt8]] { kept.withLock { $0 } }

    func holds(_ name: String) async throws(HostFailure) -> Bool {
        all[name] != nil
    }

    func deposit(_ name: String, _ body: @escaping DepositBody) async throws(HostFailure) {
        guard !Task.isCancelled else { throw HostFailure(.cancelled, "cancelled") }
        let received = Mutex<[UInt8]>([])
        try await body { bytes throws(HostFailure) in received.withLock { $0 += bytes } }
        let bytes = received.withLock { $0 }
        kept.withLock { $0[name] = bytes }
    }
}
