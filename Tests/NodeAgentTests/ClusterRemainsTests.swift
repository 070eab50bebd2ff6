import Foundation
import Testing

@testable import NodeAgent

@Suite struct ClusterRemainsTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    @Test func `what a K3s has unpacked remains of it, and images for one to come do not`() throws {
        let root = scratch.path
        try put("var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst")
        #expect(ClusterRemains.found(among: ["eth0"], in: root) == [])
        try put("var/lib/rancher/k3s/data/current")
        #expect(ClusterRemains.found(among: [], in: root) == ["/var/lib/rancher/k3s/data"])
        let found = ClusterRemains.found(among: ["eth0", "flannel.1"], in: root)
        #expect(found.last == "interface flannel.1")
    }

    private func put(_ path: String) throws {
        let file = URL(fileURLWithPath: scratch.path).appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data("x".utf8).write(to: file)
    }
}
