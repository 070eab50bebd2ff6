import Foundation
import Plan
import Testing
import Trust

/// What is sealed for somebody's certificate.
struct SealingTests {
    @Test func `what was sealed in pieces is opened as a whole`() throws {
        let box = try SealedBox.make(name: "somebody", now: 1_800_000_000_000)
        var stream = try SealingStream(for: box.certificate)
        var sealed: [UInt8] = []
        var plain: [UInt8] = []
        for size in [0, 1, 70_000, 3, 250_000] {
            let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
            plain += piece
            sealed += try stream.update(piece)
        }
        sealed += try stream.finish()
        #expect(try SealedBox.open(sealed, with: box.key) == Secret(plain))
    }

    @Test(arguments: [0.1, 0.5, 0.9, 0.999]) func `a byte that was changed is found`(
        place: Double
    ) throws {
        let box = try SealedBox.make(name: "somebody", now: 1_800_000_000_000)
        var sealed = try SealingStream.sealed(
            Array(repeating: 7, count: 5000),
            for: box.certificate
        )
        sealed[Int(Double(sealed.count) * place)] ^= 1
        #expect(throws: TrustFailure.self) { try SealedBox.open(sealed, with: box.key) }
    }

    @Test func `a beginning alone, other bytes, and far too many open nothing`() throws {
        let box = try SealedBox.make(name: "somebody", now: 1_800_000_000_000)
        let sealed = try SealingStream.sealed([1, 2, 3], for: box.certificate)
        for bytes in [[], Array(sealed.prefix(100)), Array("hello".utf8)] {
            #expect(throws: TrustFailure.self) { try SealedBox.open(bytes, with: box.key) }
        }
        let many = [UInt8](repeating: 0x30, count: 2 << 20)
        #expect(throws: TrustFailure.self) { try SealedBox.open(many, with: box.key) }
    }

    /// The promise to operators: nothing of ours is needed to open a copy.
    @Test(arguments: [
        ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        ["rsa:3072"],
    ]) func `the openssl program opens it`(kind: [String]) throws {
        try withTemporaryFolder { folder in
            let (key, certificate) = ("\(folder)/key.pem", "\(folder)/crt.pem")
            try openssl(
                ["req", "-x509", "-nodes", "-days", "10", "-subj", "/CN=recovery", "-newkey"] + kind
                    + ["-keyout", key, "-out", certificate]
            )
            let pem = try String(contentsOfFile: certificate, encoding: .utf8)
            let plain = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let sealed = try SealingStream.sealed(plain, for: try Certificate(pem: pem))
            try Data(sealed).write(to: URL(fileURLWithPath: "\(folder)/sealed"))
            try openssl([
                "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "\(folder)/sealed", "-inkey",
                key, "-out", "\(folder)/opened",
            ])
            let opened = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/opened"))
            #expect(opened == Data(plain))
        }
    }

    @Test func `a short RSA key and a key that cannot be sealed for are refused`() throws {
        try withTemporaryFolder { folder in
            for kind in [["rsa:1024"], ["ed25519"]] {
                let certificate = "\(folder)/crt.pem"
                try openssl(
                    ["req", "-x509", "-nodes", "-days", "10", "-subj", "/CN=weak", "-newkey"] + kind
                        + ["-keyout", "\(folder)/key.pem", "-out", certificate]
                )
                let pem = try String(contentsOfFile: certificate, encoding: .utf8)
                let failure = #expect(throws: TrustFailure.self) {
                    try SealingStream.sealed([1], for: try Certificate(pem: pem))
                }
                #expect(
                    failure?.message.contains("neither RSA of at least 2048 bits nor EC") == true
                )
            }
        }
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
    }

    private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("isthmus-sealing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }
}
