public import Plan

/// All that a step may do to a machine.
///
/// `LinuxHost` is a real one; `SimulatedHost` plays one and fails closed on what it does not know.
/// Every method bears repetition, and a cancelled one leaves nothing half-written.
public protocol Host: Sendable {
    /// What the machine is; asked anew at each call.
    func facts() async throws(HostFailure) -> HostFacts

    /// Runs a program to its end. A non-zero exit is a result, not an error.
    func run(_ command: Command) async throws(HostFailure) -> CommandResult

    /// The file's bytes, at most 4 MiB; nothing where there is no file.
    func read(_ path: String) async throws(HostFailure) -> [UInt8]?
    /// The permission bits, nothing where there is no file.
    func mode(of path: String) async throws(HostFailure) -> UInt32?
    /// Replaces the file as a whole: a temporary file beside it, fsync, rename. Missing parent
    /// directories are made with mode 0755.
    func write(_ path: String, _ content: [UInt8], mode: UInt32) async throws(HostFailure)
    /// Removes the file; nothing happens where there is none.
    func remove(_ path: String) async throws(HostFailure)
    /// Lower-case hexadecimal SHA-256 of a file of any size; nothing where there is none.
    func sha256(of path: String) async throws(HostFailure) -> String?
    /// Places an artifact under its path once all its bytes have the hash; never part of it.
    func place(
        _ artifact: ArtifactPlacement,
        from source: any ArtifactSource
    )
        async throws(HostFailure)

    /// Seals a file of any size for the holder of a certificate's key (PEM), and hands the sealed bytes
    /// to `receive`, in order; no more than a piece of them is in memory.
    func seal(
        _ path: String,
        for certificate: String,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure)
    /// Makes a key pair for one sealed thing, keeps the private half at `path` with mode 0600, and
    /// returns the certificate (PEM) that others seal for.
    func makeSealedBox(keyAt path: String) async throws(HostFailure) -> String
    /// Opens what was sealed for the key at `path`; at most 1 MiB.
    func unseal(_ sealed: [UInt8], keyAt path: String) async throws(HostFailure) -> Secret

    /// The installed version of a package, nothing where it is not installed.
    func installedVersion(ofPackage name: String) async throws(HostFailure) -> String?
    /// Installs packages with as little else as possible, waiting for others' package operations.
    func installPackages(_ names: [String]) async throws(HostFailure)

    /// What systemd says of a unit.
    func unit(_ name: String) async throws(HostFailure) -> UnitState
    /// Acts on a unit without waiting for it to come up.
    func perform(_ action: UnitAction, on unit: String) async throws(HostFailure)
    /// The last lines of a unit's journal, oldest first.
    func journal(of unit: String, lines: Int) async throws(HostFailure) -> [String]

    /// Waits; throws where the step is cancelled meanwhile.
    func sleep(milliseconds: Int64) async throws(HostFailure)
    /// Milliseconds on a clock that only runs forward.
    func monotonicNow() -> Int64
}

/// A program to run: an argument vector, never a shell's string.
public struct Command: Sendable, Equatable {
    /// The program (a name on PATH or an absolute path) and its arguments. Never a secret.
    public var argv: [String]
    /// Variables added to a minimal environment (PATH, HOME, LANG=C.UTF-8). Never a secret.
    public var environment: [String: String]
    /// What it reads from its standard input.
    public var standardInput: Secret?
    /// Milliseconds until it is ended (SIGTERM, then SIGKILL).
    public var timeout: Int64
    /// Whether its standard output is a secret, to be kept from logs.
    public var outputIsSecret: Bool

    /// Describes a run.
    public init(
        _ argv: [String],
        environment: [String: String] = [:],
        standardInput: Secret? = nil,
        timeout: Int64 = 60_000,
        outputIsSecret: Bool = false
    ) {
        self.argv = argv
        self.environment = environment
        self.standardInput = standardInput
        self.timeout = timeout
        self.outputIsSecret = outputIsSecret
    }
}

/// How a program ended.
public struct CommandResult: Sendable, Equatable {
    /// Bytes of standard output that are kept.
    public static let outputLimit = 1 << 20

    /// Its exit status; 128 plus the number where a signal ended it.
    public var status: Int32
    /// The first MiB of what it wrote.
    public var standardOutput: String
    /// The last 64 KiB of what it complained about.
    public var standardError: String

    /// Describes an end.
    public init(status: Int32, standardOutput: String = "", standardError: String = "") {
        self.status = status
        self.standardOutput = standardOutput
        self.standardError = standardError
    }
}

/// What a machine is.
public struct HostFacts: Sendable, Equatable {
    /// The kernel's hostname.
    public var hostname: String
    /// Its processors.
    public var architecture: Architecture
    /// Whether the kernel can make WireGuard interfaces itself.
    public var kernelWireGuard: Bool
    /// Literal addresses of its interfaces. None where it cannot name them, as a simulated machine
    /// that was given none: nothing is concluded from that.
    public var addresses: [String]

    /// Describes a machine.
    public init(
        hostname: String,
        architecture: Architecture,
        kernelWireGuard: Bool,
        addresses: [String]
    ) {
        self.hostname = hostname
        self.architecture = architecture
        self.kernelWireGuard = kernelWireGuard
        self.addresses = addresses
    }
}

/// An artifact and the place it goes to.
public struct ArtifactPlacement: Sendable, Equatable {
    /// 64 lower-case hexadecimal digits.
    public var sha256: String
    /// Absolute.
    public var path: String
    /// Permission bits.
    public var mode: UInt32

    /// Describes a placement.
    public init(sha256: String, path: String, mode: UInt32) {
        self.sha256 = sha256
        self.path = path
        self.mode = mode
    }
}

/// Where artifacts come from: on a node, its coordinator.
public protocol ArtifactSource: Sendable {
    /// Hands the artifact's bytes from `offset` on to `receive`, in order.
    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure)
}

/// What systemd says of a unit.
public struct UnitState: Sendable, Equatable {
    /// Whether there is such a unit.
    public var exists: Bool
    /// Whether it starts at boot.
    public var enabled: Bool
    /// `ActiveState`: active, activating, inactive, failed, …
    public var active: String
    /// `SubState`: running, start, auto-restart, dead, …
    public var sub: String

    /// Describes a unit.
    public init(exists: Bool, enabled: Bool, active: String, sub: String) {
        self.exists = exists
        self.enabled = enabled
        self.active = active
        self.sub = sub
    }
}

/// What is done to a unit.
public enum UnitAction: String, Sendable, Equatable {
    /// `systemctl start --no-block`.
    case start
    /// `systemctl restart --no-block`.
    case restart
    /// `systemctl stop`.
    case stop
    /// `systemctl enable`.
    case enable
}

/// Why a machine did not do what a step asked.
public struct HostFailure: Error, Sendable, Equatable {
    /// The kinds that a step may decide on.
    public enum Code: String, Sendable, Codable {
        /// The step was cancelled.
        case cancelled
        /// The program did not end in its time.
        case timedOut
        /// No such program.
        case programMissing
        /// No room on the disk.
        case diskFull
        /// The machine refused.
        case permissionDenied
        /// An artifact's bytes are not those of its hash.
        case hashMismatch
        /// The coordinator could not be reached or had not the artifact.
        case sourceUnavailable
        /// Packages could not be installed.
        case packages
        /// A simulated machine does not know this.
        case notSimulated
        /// Anything else.
        case other
    }

    /// Which kind.
    public var code: Code
    /// What happened, in words for the operator; never a secret.
    public var message: String
    /// Further lines, such as what a program complained about.
    public var details: [String]

    /// Describes a failure.
    public init(_ code: Code, _ message: String, details: [String] = []) {
        self.code = code
        self.message = message
        self.details = details
    }
}
