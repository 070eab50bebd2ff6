import Plan
public import Steps
import Synchronization
import Trust

/// Plays one machine: its files, packages and units, and the programs that steps run. What it does
/// not know it refuses with `notSimulated`, so that no test passes by accident.
public final class SimulatedHost: Host {
    /// The machine's name among the simulated ones.
    public let id: String
    let internet: SimulatedInternet
    let files: RecordStore
    private let machine: HostFacts
    private let folder: RecordStore?
    private let state: Mutex<MachineState>
    private let log = Mutex<[Command]>([])
    private let givenFaults: Mutex<SimulatedFaults>

    /// A machine in memory, or in a folder that outlives the process. `facts` is what the machine is
    /// at first; its hostname changes with `hostnamectl`.
    public init(
        id: String,
        internet: SimulatedInternet,
        folder: String? = nil,
        faults: SimulatedFaults = SimulatedFaults(),
        facts: HostFacts? = nil
    ) throws(HostFailure) {
        self.id = id
        self.internet = internet
        machine =
            facts
            ?? HostFacts(
                hostname: "debian",
                architecture: .amd64,
                kernelWireGuard: true,
                addresses: []
            )
        files = RecordStore(folder: folder.map { $0 + "/root" })
        self.folder = folder.map { RecordStore(folder: $0) }
        givenFaults = Mutex(faults)
        if let saved = try self.folder?.read(Self.stateFile) {
            state = Mutex(try JSONRecord.decode(MachineState.self, from: saved))
        } else {
            state = Mutex(MachineState(hostname: machine.hostname))
            try furnish()
        }
    }

    private static let stateFile = "state.json"
    private static let faultsFile = "faults.json"

    /// What a fresh Debian of a cloud has.
    private func furnish() throws(HostFailure) {
        let name = machine.hostname
        let hosts = "127.0.0.1 localhost\n127.0.1.1 \(name)\n"
        try files.write("/etc/hostname", Array("\(name)\n".utf8), mode: 0o644)
        try files.write("/etc/hosts", Array(hosts.utf8), mode: 0o644)
        try files.write(
            "/etc/cloud/cloud.cfg",
            Array("preserve_hostname: false\n".utf8),
            mode: 0o644
        )
        try folder?.write(Self.stateFile, try JSONRecord.encode(look { $0 }))
    }

    /// What goes wrong from now on. A `faults.json` in the machine's folder comes first.
    public var faults: SimulatedFaults {
        get {
            let file = (try? folder?.read(Self.faultsFile)) ?? nil
            let read = file.flatMap { try? JSONRecord.decode(SimulatedFaults.self, from: $0) }
            return read ?? givenFaults.withLock { $0 }
        }
        set { givenFaults.withLock { $0 = newValue } }
    }

    /// Every program that was run so far, up to the last ten thousand.
    public var commands: [Command] {
        log.withLock { $0 }
    }

    // MARK: State

    /// A look at what the machine is.
    func look<Answer: Sendable>(_ question: (MachineState) -> Answer) -> Answer {
        state.withLock { question($0) }
    }

    /// Changes what the machine is; nothing changes where it cannot be saved.
    func change(_ body: (inout MachineState) -> Void) throws(HostFailure) {
        try state.withLock { state throws(HostFailure) in
            var copy = state
            body(&copy)
            guard copy != state else { return }
            try folder?.write(Self.stateFile, try JSONRecord.encode(copy))
            state = copy
        }
    }

    // MARK: Host

    /// What the machine is.
    public func facts() async throws(HostFailure) -> HostFacts {
        var facts = machine
        facts.hostname = look { $0.hostname }
        return facts
    }

    /// Plays a program.
    public func run(_ command: Command) async throws(HostFailure) -> CommandResult {
        log.withLock { log in
            log.append(command)
            log.removeFirst(max(0, log.count - 10_000))
        }
        let fault = faults.programs.first { command.argv.starts(with: $0.argv) }
        if let fault {
            try await wait(fault.delay, atMost: command)
            if let status = fault.status {
                return CommandResult(status: status, standardError: fault.complaint)
            }
        }
        var result = try await play(command)
        let limit = CommandResult.outputLimit
        result.standardOutput = String(
            decoding: result.standardOutput.utf8.prefix(limit),
            as: UTF8.self
        )
        return result
    }

    /// Lets a program's time pass, until it has had its time.
    func wait(_ milliseconds: Int64, atMost command: Command) async throws(HostFailure) {
        try await sleep(milliseconds: min(milliseconds, command.timeout))
        guard milliseconds <= command.timeout else {
            let program = command.argv.first ?? ""
            throw HostFailure(.timedOut, "\(program) did not end in \(command.timeout / 1000) s")
        }
    }

    /// The file's bytes.
    public func read(_ path: String) async throws(HostFailure) -> [UInt8]? {
        guard let bytes = try files.read(path) else { return nil }
        guard bytes.count <= 4 << 20 else {
            throw HostFailure(.other, "\(path) has more than 4 MiB")
        }
        return bytes
    }

    /// The permission bits.
    public func mode(of path: String) async throws(HostFailure) -> UInt32? {
        try files.mode(of: path)
    }

    /// Replaces the file as a whole.
    public func write(
        _ path: String,
        _ content: [UInt8],
        mode: UInt32
    ) async throws(HostFailure) {
        try refuseWhenCancelled()
        try faults.refuse(writing: path)
        try files.write(path, content, mode: mode)
    }

    /// Removes the file.
    public func remove(_ path: String) async throws(HostFailure) {
        try refuseWhenCancelled()
        try files.remove(path)
    }

    /// The file's hash.
    public func sha256(of path: String) async throws(HostFailure) -> String? {
        try files.read(path).map { SHA256.hex($0) }
    }

    /// Fetches the artifact as a whole, and writes it only where its hash is right.
    public func place(
        _ artifact: ArtifactPlacement,
        from source: any ArtifactSource
    ) async throws(HostFailure) {
        if let bytes = try files.read(artifact.path), SHA256.hex(bytes) == artifact.sha256 {
            try files.write(artifact.path, bytes, mode: artifact.mode)
            return
        }
        let received = Mutex<[UInt8]>([])
        try await source.fetch(sha256: artifact.sha256, from: 0) { piece throws(HostFailure) in
            received.withLock { $0 += piece }
        }
        try await sleep(milliseconds: faults.durations.artifact)
        let bytes = received.withLock { $0 }
        let hash = SHA256.hex(bytes)
        guard hash == artifact.sha256 else {
            throw HostFailure(
                .hashMismatch,
                "the bytes for \(artifact.path) have the sha256 \(hash) instead of "
                    + artifact.sha256
            )
        }
        try await write(artifact.path, bytes, mode: artifact.mode)
    }

    /// Waits in simulated time.
    public func sleep(milliseconds: Int64) async throws(HostFailure) {
        try await internet.clock.sleep(milliseconds: milliseconds)
    }

    /// Simulated milliseconds.
    public func monotonicNow() -> Int64 {
        internet.clock.now()
    }

    private func refuseWhenCancelled() throws(HostFailure) {
        guard Task.isCancelled else { return }
        throw HostFailure(.cancelled, "the step was cancelled")
    }
}
