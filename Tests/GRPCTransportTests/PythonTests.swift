import Foundation
import GRPCCore
import GRPCTransport
import Testing
import Trust

/// A Python that has grpcio, if somebody names one.
private let python = ProcessInfo.processInfo.environment["ISTHMUS_PYTHON"]

@Suite(.timeLimit(.minutes(2)))
struct PythonTests {
    private static let fail: RawService.Method = { _, _ in
        throw RPCError(code: .failedPrecondition, message: "näh: 100 %")
    }
    private static let wait: RawService.Method = { _, context in
        try await context.cancellation.cancelled
        throw CancellationError()
    }
    private static let flood: RawService.Method = { _, _ in
        StreamingServerResponse { writer in
            while true { try await writer.write([UInt8](repeating: 1, count: 10_000)) }
        }
    }

    @Test(
        .enabled(
            if: python != nil,
            "ISTHMUS_PYTHON names no Python interpreter that has grpcio"
        )
    )
    func `grpcio speaks with the server`() async throws {
        let cluster = try Cluster()
        let transport = HTTP2ServerTransport(try cluster.server())
        // HealthCheckResponse { status: SERVING }
        let health = RawService(
            name: "grpc.health.v1.Health",
            methods: ["Check": RawService.unary { _, _ in [8, 1] }]
        )
        let raw = RawService(methods: [
            "Echo": RawService.echo, "Fail": Self.fail, "Wait": Self.wait, "Flood": Self.flood,
        ])
        let server = GRPCServer(transport: transport, services: [health, raw])
        let serving = Task { try await server.serve() }
        let port = try await transport.boundPort()
        let said = try await run(cluster, port)
        #expect(said.hasSuffix("all well\n"))
        server.beginGracefulShutdown()
        try await serving.value
    }

    /// Runs the script, off the pool because it blocks, and returns what it said.
    private func run(_ cluster: Cluster, _ port: Int) async throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "isthmus-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        let agent = try cluster.agent()
        try Data(agent.certificate.utf8).write(to: folder.appending(path: "cert.pem"))
        try Data(agent.key).write(to: folder.appending(path: "key.pem"))
        try Data(agent.authorities.utf8).write(to: folder.appending(path: "ca.pem"))
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Python/client.py")
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try Self.output(of: [script.path(), folder.path(), "\(port)"])
                    }
                )
            }
        }
    }

    private static func output(of arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: python ?? "")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self)
    }
}
