import GRPCCore
import GRPCTransport
import Testing

/// gRPC's interoperability suite with Python's grpcio, which shares no line with ours, over mutual
/// TLS and in both directions.
@Suite(.needsPython, .timeLimit(.minutes(2)))
enum InteropTests {
    @Suite(.pythonClient) struct PythonClientTests {
        @Test(arguments: InteropCase.allCases)
        func `Python's client finds what it expects in our server`(name: InteropCase) {
            #expect(PythonClientRun.said[name.rawValue] == "well")
        }
    }

    @Suite(.pythonServer) struct PythonServerTests {
        @Test(arguments: InteropCase.allCases)
        func `our client finds what it expects in Python's server`(name: InteropCase) async throws {
            let client = try #require(PythonServerRun.client)
            try await InteropClient(client: client).run(name)
        }
    }
}

extension Trait where Self == PythonClientRun {
    /// One run of all cases by Python's client, before the suite's tests look at each.
    static var pythonClient: Self { PythonClientRun() }
}

extension Trait where Self == PythonServerRun {
    /// One server in Python, and a client of ours, for all of the suite's tests.
    static var pythonServer: Self { PythonServerRun() }
}

struct PythonClientRun: SuiteTrait, TestScoping {
    /// What Python's client said of each case.
    @TaskLocal static var said: [String: String] = [:]

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let cluster = try Cluster()
        let transport = HTTP2ServerTransport(try cluster.server())
        let server = GRPCServer(transport: transport, services: [InteropService.service])
        let script = try PythonScript("interop_client.py", as: cluster.agent())
        let said = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            defer { group.cancelAll() }
            return try await script.output("\(transport.boundPort())")
        }
        let results = said.split(separator: "\n").map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
        }
        try await Self.$said.withValue(Dictionary(results) { first, _ in first }) {
            try await body()
        }
    }
}

struct PythonServerRun: SuiteTrait, TestScoping {
    /// A client that is connected to the server in Python.
    @TaskLocal static var client: Client?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let cluster = try Cluster()
        let script = try PythonScript("interop_server.py", as: cluster.coordinator())
        try await script.serving { line in
            let port = try #require(Int(line))
            try await withClient(cluster.client(port: port)) { client in
                try await Self.$client.withValue(client) { try await body() }
            }
        }
    }
}
