import ArgumentParser
import NIOCore

/// Serves `EchoService` until its standard input ends, so that it never outlives who started it.
@main
struct BenchmarkServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "BenchmarkServer")

    @Option(help: "isthmus or peer.")
    var transport: Transport

    @Option(help: "The folder of ca.pem, server.pem and server.key.")
    var certificates: String

    @Option(help: "How many event loops.")
    var loops = 2

    @Flag(help: "Run every handler on the global pool (isthmus only).")
    var pool = false

    func run() async throws {
        NIOSingletons.groupLoopCountSuggestion = loops
        let identity = try ServerFiles(folder: certificates)
        switch transport {
        case .isthmus: try await IsthmusServer(identity: identity, usesPool: pool).run()
        case .peer: try await PeerServer(identity: identity).run()
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
