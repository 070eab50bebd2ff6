import Plan
import Testing

@testable import Steps

/// What programs said where they failed, word for word.
@Suite struct ProgramVerdictTests {
    @Test(arguments: [
        "E: Unable to locate package wireguard-tools",
        "E: Package 'wireguard-tools' has no installation candidate",
        "E: Unable to correct problems, you have held broken packages.",
        "E: Malformed entry 1 in list file /etc/apt/sources.list (Suite)",
    ])
    func `apt-get is not asked again for what it does not have`(complaint: String) {
        #expect(isPermanent(100, ["apt-get", "-y", "install", "x"], complaint))
        #expect(
            StepFailure(HostFailure(.packages, "", details: [complaint]), while: "").isPermanent
        )
    }

    @Test(arguments: [
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-get)",
        "W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary "
            + "failure resolving 'deb.debian.org'\nE: Unable to locate package wireguard-tools",
        "E: Failed to fetch http://deb.debian.org/x.deb  Hash Sum mismatch",
        "E: Sub-process /usr/bin/dpkg returned an error code (1)",
        "",
    ])
    func `apt-get is asked again where another is at work or a mirror is away`(complaint: String) {
        #expect(!isPermanent(100, ["apt-get", "update"], complaint))
        let lines = complaint.split(separator: "\n").map(String.init)
        #expect(!StepFailure(HostFailure(.packages, "", details: lines), while: "").isPermanent)
    }

    @Test(arguments: [
        "Error from server (BadRequest): error when creating \"STDIN\": DaemonSet in version",
        "The DaemonSet \"kilo\" is invalid: spec.template.spec.containers: Required value",
        "error: unknown flag: --server-sides",
    ])
    func `the API is not asked again for what it will not have`(complaint: String) {
        #expect(isPermanent(1, ["k3s", "kubectl", "apply", "-f", "-"], complaint))
    }

    @Test(arguments: [
        "Error from server (NotFound): nodes \"kube-seoul\" not found",
        "Error from server (Conflict): Operation cannot be fulfilled on nodes \"kube-seoul\"",
        "Error from server (Forbidden): unable to create new content in namespace x because it is "
            + "being terminated",
        "Error from server (ServiceUnavailable): the server is currently unable to handle it",
        "The connection to the server 127.0.0.1:6443 was refused",
    ])
    func `the API is asked again where it may answer otherwise`(complaint: String) {
        #expect(!isPermanent(1, ["k3s", "kubectl", "get", "node", "x"], complaint))
    }

    @Test func `what is no program is not run again`() {
        #expect(isPermanent(126, ["/usr/local/bin/k3s", "--version"], ""))
        #expect(isPermanent(127, ["/usr/local/bin/k3s", "--version"], ""))
        #expect(!isPermanent(1, ["hostnamectl", "set-hostname", "a"], "unable to locate package"))
    }

    private func isPermanent(_ status: Int32, _ argv: [String], _ complaint: String) -> Bool {
        StepFailure(
            CommandResult(status: status, standardError: complaint),
            of: Command(argv)
        ).isPermanent
    }
}
