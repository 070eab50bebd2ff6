import Agent
import ArgumentParser
import EchoService
import Glibc

/// Many agents in one process, for one coordinator on this machine: each is the real service, with a
/// certificate, a connection and a session of its own; only its machine is played.
///
/// It says a line when the certificates are made, then obeys its standard input and ends with it. Each
/// order is answered with what the `Ledger` says: `grow COUNT` begins agents until there are so many and
/// waits for them, `watch` begins to count anew, `gather` waits until all have come back since, `tell` does
/// nothing more.
@main
struct Fleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "Fleet")

    @Option(help: "The cluster's name.")
    var cluster: String

    @Option(help: "The coordinator's port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "The folder with the certificate and key of the coordinator's authority.")
    var authority: String

    @Option(help: "A folder for the agents' states; in memory, for they are many files.")
    var folder: String

    @Option(help: "How many agents there may be.")
    var agents = 1000

    @Option(help: "How many begin in a second.")
    var rate = 200

    func run() async throws {
        let membership = Membership(cluster: cluster, port: port, authority: authority)
        let members = try membership.admit(agents, into: folder)
        Lifetime.announce("{\"certificates\": \(members.count)}")
        let ledger = Ledger()
        try await withThrowingDiscardingTaskGroup { group in
            var begun = 0
            for await order in Orders.all {
                switch order {
                case .grow(let count):
                    for member in members[begun..<min(max(count, begun), members.count)] {
                        let service = try member.service(ledger)
                        group.addTask { await service.run() }
                        begun += 1
                        try await Task.sleep(for: .seconds(1) / rate)
                    }
                    await ledger.gathered(begun)
                case .watch: ledger.reset()
                case .gather: await ledger.gathered(begun)
                case .tell: break
                }
                Lifetime.announce(ledger.json)
            }
            // The kernel closes the sockets sooner than ten thousand agents would.
            Glibc.exit(0)
        }
    }
}
