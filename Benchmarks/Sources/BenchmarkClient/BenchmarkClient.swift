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

    @Option(help: "How many calls are under way at once.")
    var concurrency = 1

    @Option(help: "How long to call.")
    var seconds = 1.0

    @Flag(help: "Run the callers on the global pool (isthmus only).")
    var pool = false

    func run() async throws {
        let identity = try ClientFiles(folder: certificates)
        let unary = Unary(concurrency: concurrency, time: .seconds(seconds))
        switch transport {
        case .isthmus:
            let transport = identity.isthmus(port: port)
            try await withGRPCClient(transport: transport) { client in
                print(try await unary.run(over: client, on: pool ? nil : transport.executor))
            }
        case .peer:
            try await withGRPCClient(transport: try identity.peer(port: port)) { client in
                print(try await unary.run(over: client, on: nil))
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
