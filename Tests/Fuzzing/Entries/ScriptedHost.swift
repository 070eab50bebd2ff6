import Plan
import Steps
import Synchronization

/// A machine whose programs and files give the script's answers, one after another and around again;
/// time passes with every look at the clock. Answers are parted by NUL bytes; the last bit of an
/// answer's first byte is the program's status.
final class ScriptedHost: Host, ArtifactSource {
    private let answers: [ArraySlice<UInt8>]
    private let asked = Atomic<Int>(0)
    private let clock = Atomic<Int64>(0)

    init(script: [UInt8]) {
        answers = script.split(separator: 0, omittingEmptySubsequences: false)
    }

    private func answer() -> ArraySlice<UInt8> {
        answers[asked.add(1, ordering: .relaxed).oldValue % answers.count]
    }

    func facts() async throws(HostFailure) -> HostFacts {
        HostFacts(
            hostname: "host",
            architecture: .amd64,
            kernelWireGuard: false,
            addresses: ["192.0.2.1"]
        )
    }

    func run(_ command: Command) async throws(HostFailure) -> CommandResult {
        let answer = answer()
        return CommandResult(
            status: Int32(answer.first ?? 0) & 1,
            standardOutput: String(decoding: answer.dropFirst(), as: UTF8.self),
            standardError: String(decoding: answer.prefix(100), as: UTF8.self)
        )
    }

    func read(_ path: String) async throws(HostFailure) -> [UInt8]? {
        let answer = answer()
        return answer.isEmpty ? nil : Array(answer.dropFirst())
    }

    func mode(of path: String) async throws(HostFailure) -> UInt32? { 0o644 }
    func write(_ path: String, _ content: [UInt8], mode: UInt32) async throws(HostFailure) {}
    func remove(_ path: String) async throws(HostFailure) {}
    func sha256(of path: String) async throws(HostFailure) -> String? { nil }

    func place(
        _ artifact: ArtifactPlacement,
        from source: any ArtifactSource
    ) async throws(HostFailure) {}

    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        try await receive(Array(answer()))
    }

    func seal(
        _ path: String,
        for certificate: String,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        try await receive(Array(answer()))
    }

    func makeSealedBox(keyAt path: String) async throws(HostFailure) -> String { "" }

    func unseal(_ sealed: [UInt8], keyAt path: String) async throws(HostFailure) -> Secret {
        Secret(sealed)
    }

    func installedVersion(ofPackage name: String) async throws(HostFailure) -> String? { "1" }
    func installPackages(_ names: [String]) async throws(HostFailure) {}

    func unit(_ name: String) async throws(HostFailure) -> UnitState {
        UnitState(exists: true, enabled: true, active: "active", sub: "running")
    }

    func perform(_ action: UnitAction, on unit: String) async throws(HostFailure) {}

    func journal(of unit: String, lines: Int) async throws(HostFailure) -> [String] {
        answer().split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    func sleep(milliseconds: Int64) async throws(HostFailure) {
        clock.add(max(0, min(milliseconds, 1_000_000)), ordering: .relaxed)
    }

    func monotonicNow() -> Int64 {
        clock.add(10, ordering: .relaxed).newValue
    }
}
