import ArgumentParser

/// `coordinator init`.
struct CoordinatorInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a coordinator: certificate authority, credentials, store.",
        discussion: """
            Writes into an empty state folder that only its owner can enter. A coordinator that is \
            there already is never overwritten. Keep a copy of the folder's ca/ in a safe place: \
            whoever has it can let machines in.

            EXAMPLE
              sudo coordinator init --cluster three-clouds \\
                --address coordinator.example.org
              coordinator init --cluster trial --address 127.0.0.1:7443 --state ./state

            EXIT CODES
              0 made, 1 failed, 2 wrong usage
            """
    )

    @Option(
        help: ArgumentHelp(
            "The cluster's name, part of every identity: a-z, 0-9 and -.",
            valueName: "name"
        )
    )
    var cluster: String

    @Option(
        help: ArgumentHelp(
            "Where agents and operators reach the coordinator; port 7443 where none is named.",
            valueName: "host[:port]"
        )
    )
    var address: String

    @OptionGroup var state: StateOption

    func run() throws {
        do {
            let initialization = try Initialization(cluster: cluster, address: address)
            try initialization.run(in: state.directory)
            let port = initialization.port
            StandardOutput.write(
                """
                The coordinator of cluster \(cluster) is made in \(state.directory.path).
                Next:
                  coordinator serve\(state.suffix)
                  coordinator token create --node ID\(state.suffix)
                Let TCP port \(port) of \(initialization.address) through for the servers' agents.
                """
            )
        } catch let failure as StateFailure {
            throw CommandFailure.state(failure)
        } catch {
            throw CommandFailure(
                "the coordinator cannot be made in \(state.directory.path): \(error)",
                advice: [
                    "Run the command as a user who may write there (sudo?), or name another "
                        + "folder with --state."
                ]
            )
        }
    }
}
