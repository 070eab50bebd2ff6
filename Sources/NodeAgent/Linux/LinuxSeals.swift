import Glibc
import Plan
import Steps
import Trust

extension LinuxHost {
    func seal(
        _ path: String,
        for certificate: String,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw HostFailure(FileFailure("read", path, code: errno)) }
        defer { close(descriptor) }
        var stream = try Self.sealing { () throws(TrustFailure) in
            try SealingStream(for: try Certificate(pem: certificate))
        }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            if Task.isCancelled {
                throw HostFailure(.cancelled, "cancelled while \(path) was being sealed")
            }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw HostFailure(FileFailure("read", path, code: errno))
            }
            if count == 0 { break }
            let sealed: [UInt8]
            do {
                sealed = try stream.update(Array(buffer[..<count]))
            } catch {
                throw HostFailure(.other, error.message)
            }
            if !sealed.isEmpty { try await receive(sealed) }
        }
        let rest: [UInt8]
        do {
            rest = try stream.finish()
        } catch {
            throw HostFailure(.other, error.message)
        }
        try await receive(rest)
    }

    func makeSealedBox(keyAt path: String) async throws(HostFailure) -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1000
        let box: SealedBox
        let key: Secret
        do {
            box = try SealedBox.make(name: "isthmus sealed box", now: now)
            key = try box.key.pem()
        } catch {
            throw HostFailure(.other, error.message)
        }
        try await write(path, key.reveal(), mode: 0o600)
        return box.certificate.pem
    }

    func unseal(_ sealed: [UInt8], keyAt path: String) async throws(HostFailure) -> Secret {
        guard let key = try await read(path) else {
            throw HostFailure(.other, "there is no key at \(path) to open what was sealed")
        }
        do {
            return try SealedBox.open(sealed, with: try PrivateKey(pem: Secret(key)))
        } catch {
            throw HostFailure(.other, error.message)
        }
    }

    private static func sealing(
        _ make: () throws(TrustFailure) -> SealingStream
    ) throws(HostFailure) -> SealingStream {
        do {
            return try make()
        } catch {
            throw HostFailure(.other, error.message)
        }
    }
}
