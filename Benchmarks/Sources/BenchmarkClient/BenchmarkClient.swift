import ArgumentParser

@main
struct BenchmarkClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "BenchmarkClient")
    func run() async throws {}
}
