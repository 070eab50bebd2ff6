import Foundation
import Steps
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostFilesTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    private func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    @Test func `a file is written with its mode, and its folders with theirs`() async throws {
        let host = scratch.host
        try await host.write(path("etc/rancher/config.yaml"), Array("a: b".utf8), mode: 0o600)
        #expect(try await host.read(path("etc/rancher/config.yaml")) == Array("a: b".utf8))
        #expect(try await host.mode(of: path("etc/rancher/config.yaml")) == 0o600)
        #expect(try await host.mode(of: path("etc/rancher")) == 0o755)
        try await host.write(path("etc/rancher/config.yaml"), [], mode: 0o644)
        #expect(try await host.read(path("etc/rancher/config.yaml")) == [])
        #expect(try await host.mode(of: path("etc/rancher/config.yaml")) == 0o644)
        #expect(try scratch.names(in: "etc/rancher") == ["config.yaml"])
    }

    @Test func `what is not there is nothing and no error`() async throws {
        let host = scratch.host
        #expect(try await host.read(path("none")) == nil)
        #expect(try await host.mode(of: path("none/below")) == nil)
        #expect(try await host.sha256(of: path("none")) == nil)
        try await host.remove(path("none"))
        try await host.write(path("file"), [1], mode: 0o600)
        try await host.remove(path("file"))
        #expect(try await host.read(path("file")) == nil)
    }

    @Test func `a large file is not read but can be hashed`() async throws {
        let host = scratch.host
        let zeros = [UInt8](repeating: 0, count: (4 << 20) + 1)
        try await host.write(path("large"), zeros, mode: 0o600)
        let failure = await #expect(throws: HostFailure.self) {
            try await host.read(path("large"))
        }
        #expect(failure?.message == "cannot read \(path("large")): the file is too large")
        let sum = try await host.run(Command(["sha256sum", path("large")])).standardOutput
        #expect(try await host.sha256(of: path("large")) == String(sum.prefix(64)))
    }

    @Test func `a link is replaced and not followed`() async throws {
        let host = scratch.host
        try await host.write(path("target"), [1], mode: 0o600)
        try FileManager.default.createSymbolicLink(
            atPath: path("link"),
            withDestinationPath: path("target")
        )
        try await host.write(path("link"), [2], mode: 0o600)
        #expect(try await host.read(path("target")) == [1])
        #expect(try await host.read(path("link")) == [2])
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `a refusal is told from other failures`() async {
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.write("/etc/isthmus-test", [1], mode: 0o600)
        }
        #expect(failure?.code == .permissionDenied)
    }

    @Test(.enabled(if: FullDisk.isPossible, "only root can mount a small file system"))
    func `a full disk is said to be full, and the old file stays`() async throws {
        let disk = try FullDisk(at: path("disk"), kilobytes: 64)
        let host = scratch.host
        try await host.write(path("disk/file"), Array("old".utf8), mode: 0o600)
        let failure = await #expect(throws: HostFailure.self) {
            let bytes = [UInt8](repeating: 7, count: 200_000)
            try await host.write(path("disk/file"), bytes, mode: 0o600)
        }
        #expect(failure?.code == .diskFull)
        #expect(failure?.message.contains("\(disk.path)/file: no space left on disk") == true)
        #expect(failure?.message.contains("bytes are free") == true)
        #expect(try await host.read(path("disk/file")) == Array("old".utf8))
        #expect(try scratch.names(in: "disk") == ["file"])
    }

    @Test func `a cancelled sleep ends at once`() async {
        let host = scratch.host
        let sleeper = Task { () -> HostFailure? in
            do throws(HostFailure) {
                try await host.sleep(milliseconds: 600_000)
                return nil
            } catch {
                return error
            }
        }
        sleeper.cancel()
        #expect(await sleeper.value?.code == .cancelled)
    }
}

/// A file system so small that a test can fill it.
final class FullDisk {
    let path: String

    /// Mounting needs a capability that root in a container may lack.
    static let isPossible: Bool = {
        guard geteuid() == 0, let scratch = try? HostScratch(),
            let disk = try? FullDisk(at: "\(scratch.path)/disk", kilobytes: 64)
        else { return false }
        return disk.path.isEmpty == false
    }()

    init(at path: String, kilobytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    deinit {
        umount(path)
    }
}
