import Plan
public import Steps

/// What every `Host` promises, as far as it can be tried without changing the machine: files under a
/// scratch folder, a program that only looks, a unit and a package that do not exist, time.
///
/// A test makes its host and a scratch folder, and expects no violations:
///
///     let contract = HostContract(host: LinuxHost(), scratch: "/tmp/some-empty-folder")
///     #expect(await contract.violations() == [])
public struct HostContract: Sendable {
    private let host: any Host
    private let scratch: String

    /// `scratch` is an absolute path; the host may write anything below it.
    public init(host: any Host, scratch: String) {
        self.host = host
        self.scratch = scratch
    }

    /// Every promise that is not kept, in words.
    public func violations() async -> [String] {
        var found: [String] = []
        for promise in Promise.allCases {
            do {
                guard let violation = try await violation(of: promise) else { continue }
                found.append("\(promise.rawValue): \(violation)")
            } catch {
                found.append("\(promise.rawValue): \(error.code) \(error.message)")
            }
        }
        return found
    }

    private enum Promise: String, CaseIterable {
        case missingFile = "a missing file is no error"
        case replacement = "a file is replaced as a whole"
        case directories = "missing directories are made"
        case removal = "removing bears repetition"
        case hash = "a hash is SHA-256 in lower case"
        case placement = "an artifact arrives whole"
        case mismatch = "wrong bytes never reach the path"
        case brokenSource = "a source's failure is passed on"
        case program = "a program's status is a result"
        case unknownProgram = "an unknown program is told"
        case unknownUnit = "an unknown unit is no error"
        case unknownPackage = "an unknown package is not installed"
        case facts = "facts say who the machine is"
        case clock = "the clock only runs forward"
        case cancellation = "a cancelled sleep ends"
    }

    private func violation(of promise: Promise) async throws(HostFailure) -> String? {
        switch promise {
        case .missingFile: try await missingFile()
        case .replacement: try await replacement()
        case .directories: try await directories()
        case .removal: try await removal()
        case .hash: try await hash()
        case .placement: try await placement()
        case .mismatch: try await mismatch()
        case .brokenSource: try await brokenSource()
        case .program: try await program()
        case .unknownProgram: try await unknownProgram()
        case .unknownUnit: try await unknownUnit()
        case .unknownPackage: try await unknownPackage()
        case .facts: try await facts()
        case .clock: try await clock()
        case .cancellation: try await cancellation()
        }
    }

    // MARK: Files

    private func missingFile() async throws(HostFailure) -> String? {
        let path = scratch + "/missing"
        if try await host.read(path) != nil { return "read gave bytes" }
        if try await host.mode(of: path) != nil { return "mode gave bits" }
        if try await host.sha256(of: path) != nil { return "sha256 gave a hash" }
        return nil
    }

    private func replacement() async throws(HostFailure) -> String? {
        let path = scratch + "/file"
        try await host.write(path, Array("a longer text".utf8), mode: 0o644)
        try await host.write(path, Array("text".utf8), mode: 0o600)
        let bytes = try await host.read(path)
        if bytes != Array("text".utf8) { return "read gave other bytes" }
        let mode = try await host.mode(of: path)
        return mode == 0o600 ? nil : "the mode is \(mode.map { String($0, radix: 8) } ?? "none")"
    }

    private func directories() async throws(HostFailure) -> String? {
        let path = scratch + "/one/two/three"
        try await host.write(path, [1, 2, 3], mode: 0o644)
        return try await host.read(path) == [1, 2, 3] ? nil : "the file is not there"
    }

    private func removal() async throws(HostFailure) -> String? {
        let path = scratch + "/passing"
        try await host.write(path, [], mode: 0o644)
        try await host.remove(path)
        try await host.remove(path)
        return try await host.read(path) == nil ? nil : "the file is still there"
    }

    private static let abc = Array("abc".utf8)
    /// FIPS 180-4's example for `abc`.
    private static let abcHash =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    private func hash() async throws(HostFailure) -> String? {
        let path = scratch + "/hashed"
        try await host.write(path, Self.abc, mode: 0o644)
        let hash = try await host.sha256(of: path)
        return hash == Self.abcHash ? nil : "the hash is \(hash ?? "none")"
    }

    // MARK: Artifacts

    private func placement() async throws(HostFailure) -> String? {
        let path = scratch + "/bin/artifact"
        let artifact = ArtifactPlacement(sha256: Self.abcHash, path: path, mode: 0o755)
        for _ in 1...2 { try await host.place(artifact, from: Pieces(bytes: Self.abc)) }
        if try await host.read(path) != Self.abc { return "the bytes are others" }
        return try await host.mode(of: path) == 0o755 ? nil : "the mode is another"
    }

    private func mismatch() async throws(HostFailure) -> String? {
        let path = scratch + "/bin/wrong"
        let artifact = ArtifactPlacement(sha256: Self.abcHash, path: path, mode: 0o755)
        do {
            try await host.place(artifact, from: Pieces(bytes: Array("xyz".utf8)))
            return "no error"
        } catch {
            if error.code != .hashMismatch { return "the error is \(error.code)" }
        }
        return try await host.read(path) == nil ? nil : "there is a file"
    }

    private func brokenSource() async throws(HostFailure) -> String? {
        let path = scratch + "/bin/broken"
        let artifact = ArtifactPlacement(sha256: Self.abcHash, path: path, mode: 0o755)
        do {
            try await host.place(artifact, from: NoSource())
            return "no error"
        } catch {
            return error.code == .sourceUnavailable ? nil : "the error is \(error.code)"
        }
    }

    // MARK: The rest

    private func program() async throws(HostFailure) -> String? {
        let result = try await host.run(Command(["date", "+%s"]))
        if result.status != 0 { return "date ended with \(result.status)" }
        return Int64(result.standardOutput.dropLast()) == nil ? "date printed no number" : nil
    }

    private func unknownProgram() async throws(HostFailure) -> String? {
        do {
            _ = try await host.run(Command(["no-such-program-of-isthmus"]))
            return "no error"
        } catch {
            let known: [HostFailure.Code] = [.programMissing, .notSimulated]
            return known.contains(error.code) ? nil : "the error is \(error.code)"
        }
    }

    private func unknownUnit() async throws(HostFailure) -> String? {
        let name = "no-such-unit-of-isthmus.service"
        let unit = try await host.unit(name)
        _ = try await host.journal(of: name, lines: 5)
        return unit.exists || unit.enabled ? "it is said to exist" : nil
    }

    private func unknownPackage() async throws(HostFailure) -> String? {
        let version = try await host.installedVersion(ofPackage: "no-such-package-of-isthmus")
        return version.map { "its version is \($0)" }
    }

    private func facts() async throws(HostFailure) -> String? {
        try await host.facts().hostname.isEmpty ? "the hostname is empty" : nil
    }

    private func clock() async throws(HostFailure) -> String? {
        let before = host.monotonicNow()
        try await host.sleep(milliseconds: 5)
        let passed = host.monotonicNow() - before
        return passed >= 4 ? nil : "\(passed) ms passed in a sleep of 5 ms"
    }

    private func cancellation() async throws(HostFailure) -> String? {
        let host = host
        let sleeper = Task { () -> HostFailure.Code? in
            while !Task.isCancelled { await Task.yield() }
            do {
                try await host.sleep(milliseconds: 600_000)
                return nil
            } catch {
                return (error as? HostFailure)?.code
            }
        }
        sleeper.cancel()
        let code = await sleeper.value
        return code == .cancelled ? nil : "it ended with \(code.map { "\($0)" } ?? "no error")"
    }
}

/// An artifact that comes one byte at a time.
private struct Pieces: ArtifactSource {
    let bytes: [UInt8]

    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        for byte in bytes.dropFirst(Int(offset)) { try await receive([byte]) }
    }
}

/// A coordinator that cannot be reached.
private struct NoSource: ArtifactSource {
    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        throw HostFailure(.sourceUnavailable, "the coordinator cannot be reached")
    }
}
