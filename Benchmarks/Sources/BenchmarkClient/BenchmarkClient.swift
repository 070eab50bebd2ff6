import ArgumentParser
import EchoService
import GRPCCore
import GRPCTransport

/// Calls `EchoService` for a while and says in one line of JSON how that went.
@main
struct BenchmarkClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "BenchmarkClient")

    @Option(help: "isthmus or peer.")
    var transport: Transport

    @Option(help: "The folder of ca.pem, client.pem and client.key.")
    var certificates: String

    @Option(help: "The server's port on 127.0.0.1.")
    var port: Int

    @Option(help: "unary, work, download, upload or idle.")
    var measure = Measure.unary

    @Option(help: "How many unary calls are under way at once, or how many connections idle.")
    var concurrency = 1

    @Option(help: "How large a message is; of work, how many microseconds the server is kept busy.")
    var bytes = 64

    @Option(help: "How long to call; who idles does so to the end of the standard input.")
    var seconds = 1.0

    @Flag(help: "Run the callers on the global pool (isthmus only).")
    var pool = false

    func run() async throws {
        let identity = try ClientFiles(folder: certificates)
        if measure == .idle {
            return try await Idle(connections: concurrency).run { identity.isthmus(port: port) }
        }
        switch transport {
        case .isthmus:
            let transport = identity.isthmus(port: port)
            try await withGRPCClient(transport: transport) { client in
                print(try await measured(client, on: pool ? nil : transport.executor))
            }
        case .peer:
            try await withGRPCClient(transport: try identity.peer(port: port)) { client in
                print(try await measured(client, on: nil))
            }
        }
    }

    private func measured<Transport: ClientTransport>(
        _ client: GRPCClient<Transport>,
        on executor: (any TaskExecutor)?
    ) async throws -> String {
        let time = Duration.seconds(seconds)
        let message = [UInt8](repeating: 42, count: bytes)
        switch measure {
        case .unary:
            let unary = Unary(
                method: .unary,
                concurrency: concurrency,
                message: message,
                time: time
            )
            return try await unary.run(over: client, on: executor)
        case .work:
            let work = Unary(
                method: .work,
                concurrency: concurrency,
                message: UInt32(bytes).bytes,
                time: time
            )
            return try await work.run(over: client, on: executor)
        case .download, .upload, .idle:
            let stream = Stream(message: message, time: time)
            return try await withTaskExecutorPreference(executor) {
                measure == .upload
                    ? try await stream.upload(over: client)
                    : try await stream.download(over: client)
            }
        }
    }
}

/// Whose transport is measured.
enum Transport: String, ExpressibleByArgument {
    /// Ours.
    case isthmus
    /// grpc-swift-nio-transport's.
    case peer
}

/// What is measured.
enum Measure: String, ExpressibleByArgument {
    /// Calls of one message each way.
    case unary
    /// The same, each of which keeps the server busy for a while.
    case work
    /// One call in which the server sends as much as it can.
    case download
    /// One call in which the client sends as much as it can.
    case upload
    /// Connections with an open stream on which nothing happens.
    case idle
}
