import Plan
import Steps
import Synchronization

/// A machine whose agent is cut off at its n-th call, as by a crash or a cancellation.
final class InterruptedHost: Host {
    private let host: any Host
    private let left: Mutex<Int>

    init(_ host: any Host, atCall number: Int) {
        self.host = host
        left = Mutex(number)
    }

    private func count() throws(HostFailure) {
        let isOver = left.withLock { left in
            left -= 1
            return left <= 0
        }
        if isOver { throw HostFailure(.cancelled, "the step was cancelled") }
    }

    func facts() async throws(HostFailure) -> HostFacts {
        try count()
        return try await host.facts()
    }

    func run(_ command: Command) async throws(HostFailure) -> CommandResult {
        try count()
        return try await host.run(command)
    }

    func read(_ path: String) async throws(HostFailure) -> [UInt8]? {
        try count()
        return try await host.read(path)
    }

    func mode(of path: String) async throws(HostFailure) -> UInt32? {
        try count()
        return try await host.mode(of: path)
    }

    func write(_ path: String, _ content: [UInt8], mode: UInt32) async throws(HostFailure) {
        try count()
        try await host.write(path, content, mode: mode)
    }

    func remove(_ path: String) async throws(HostFailure) {
        try count()
        try await host.remove(path)
    }

    func sha256(of path: String) async throws(HostFailure) -> String? {
        try count()
        return try await host.sha256(of: path)
    }

    func place(
        _ artifact: ArtifactPlacement,
        from source: any ArtifactSource
    ) async throws(HostFailure) {
        try count()
        try await host.place(artifact, from: source)
    }

    func seal(
        _ path: String,
        for certificate: String,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        try count()
        try await host.seal(path, for: certificate, receive: receive)
    }

    func makeSealedBox(keyAt path: String) async throws(HostFailure) -> String {
        try count()
        return try await host.makeSealedBox(keyAt: path)
    }

    func unseal(_ sealed: [UInt8], keyAt path: String) async throws(HostFailure) -> Secret {
        try count()
        return try await host.unseal(sealed, keyAt: path)
    }

    func installedVersion(ofPackage name: String) async throws(HostFailure) -> String? {
        try count()
        return try await host.installedVersion(ofPackage: name)
    }

    func installPackages(_ names: [String]) async throws(HostFailure) {
        try count()
        try await host.installPackages(names)
    }

    func unit(_ name: String) async throws(HostFailure) -> UnitState {
        try count()
        return try await host.unit(name)
    }

    func perform(_ action: UnitAction, on unit: String) async throws(HostFailure) {
        try count()
        try await host.perform(action, on: unit)
    }

    func journal(of unit: String, lines: Int) async throws(HostFailure) -> [String] {
        try count()
        return try await host.journal(of: unit, lines: lines)
    }

    func sleep(milliseconds: Int64) async throws(HostFailure) {
        try count()
        try await host.sleep(milliseconds: milliseconds)
    }

    func monotonicNow() -> Int64 {
        host.monotonicNow()
    }
}
