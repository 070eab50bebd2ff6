import Foundation
import Steps
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostPackagesTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    private let options = "-o DPkg::Lock::Timeout=600 -y --no-install-recommends"

    @Test func `packages are fetched, then installed, without a question`() async throws {
        try scratch.play("cloud-init", "exit 2")
        try scratch.play("apt-get", "test \"$DEBIAN_FRONTEND$NEEDRESTART_MODE\" = noninteractivea")
        try await scratch.host.installPackages(["wireguard-tools", "iptables"])
        #expect(
            scratch.calls == [
                "cloud-init status --wait",
                "apt-get \(options) update",
                "apt-get \(options) --download-only install wireguard-tools iptables",
                "apt-get \(options) install wireguard-tools iptables",
            ]
        )
        try await scratch.host.installPackages([])
        #expect(scratch.calls.count == 4)
    }

    @Test func `apt-get's complaint is the failure's detail`() async throws {
        try scratch.play(
            "apt-get",
            """
            case "$*" in
            *update) echo "W: no network" >&2; exit 100 ;;
            *) echo "E: Unable to locate package nosuch" >&2; exit 100 ;;
            esac
            """
        )
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.installPackages(["nosuch"])
        }
        #expect(
            failure
                == HostFailure(
                    .packages,
                    "apt-get could not fetch nosuch",
                    details: ["E: Unable to locate package nosuch", "W: no network"]
                )
        )
    }

    @Test func `a full disk is said to be full`() async throws {
        try scratch.play("apt-get", "echo 'write error (No space left on device)' >&2; exit 100")
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.installPackages(["wireguard-tools"])
        }
        #expect(failure?.code == .diskFull)
    }

    @Test func `a locked list is waited for`() async throws {
        try scratch.play(
            "apt-get",
            """
            case "$*" in *update) ;; *) exit 0 ;; esac
            test -e "$HOME/tried" && exit 0
            touch "$HOME/tried"
            echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7" >&2
            exit 100
            """
        )
        try await scratch.host.installPackages(["wireguard-tools"])
        #expect(scratch.calls.filter { $0.hasSuffix("update") }.count == 2)
    }

    @Test(arguments: ["-o", "--reinstall", "a", "Wire", "a b", "a;b", "a=1", "a/b", ""])
    func `what is no package's name is refused`(_ name: String) async throws {
        try scratch.play("apt-get", "exit 0")
        await #expect(throws: HostFailure.self) {
            try await scratch.host.installPackages(["wireguard-tools", name])
        }
        #expect(scratch.calls.isEmpty)
    }

    @Test func `an installed version is what dpkg says`() async throws {
        try scratch.play("dpkg-query", "echo 'installed 1.0.20210914-1'")
        #expect(
            try await scratch.host.installedVersion(ofPackage: "wireguard-tools")
                == "1.0.20210914-1"
        )
        try scratch.play("dpkg-query", "echo 'config-files 1.0'")
        #expect(try await scratch.host.installedVersion(ofPackage: "wireguard-tools") == nil)
        try scratch.play("dpkg-query", "echo 'no packages found' >&2; exit 1")
        #expect(try await scratch.host.installedVersion(ofPackage: "wireguard-tools") == nil)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/dpkg-query")))
    func `the real dpkg answers`() async throws {
        let version = try await LinuxHost().installedVersion(ofPackage: "dpkg")
        #expect(version?.first?.isNumber == true)
        #expect(try await LinuxHost().installedVersion(ofPackage: "no-such-package") == nil)
    }
}
