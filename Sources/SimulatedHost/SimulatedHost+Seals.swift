public import Plan
public import Steps
import Trust

// Sealing is real here: what a test opens was sealed as on a machine.
extension SimulatedHost {
    /// Seals a file as a whole.
    public func seal(
        _ path: String,
        for certificate: String,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        guard let bytes = try files.read(path) else {
            throw HostFailure(.other, "cannot read \(path): No such file or directory")
        }
        let sealed: [UInt8]
        do {
            sealed = try SealingStream.sealed(bytes, for: try Certificate(pem: certificate))
        } catch {
            throw HostFailure(.other, error.message)
        }
        for start in stride(from: 0, to: sealed.count, by: 256 << 10) {
            try await receive(Array(sealed[start...].prefix(256 << 10)))
        }
    }

    /// Makes a real key pair.
    public func makeSealedBox(keyAt path: String) async throws(HostFailure) -> String {
        let box: SealedBox
        let key: Secret
        do {
            box = try SealedBox.make(name: "isthmus sealed box", now: SimulatedClock.realNow())
            key = try box.key.pem()
        } catch {
            throw HostFailure(.other, error.message)
        }
        try await write(path, key.reveal(), mode: 0o600)
        return box.certificate.pem
    }

    /// Opens with a real key.
    public func unseal(_ sealed: [UInt8], keyAt path: String) async throws(HostFailure) -> Secret {
        guard let key = try files.read(path) else {
            throw HostFailure(.other, "there is no key at \(path) to open what was sealed")
        }
        do {
            return try SealedBox.open(sealed, with: try PrivateKey(pem: Secret(key)))
        } catch {
            throw HostFailure(.other, error.message)
        }
    }
}
