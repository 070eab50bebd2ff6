import ArgumentParser

@main
struct Fleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "Fleet")
    func run() async throws {}
}
