import ArgumentParser

/// Who says in the cluster who is who.
struct CertificateAuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "The certificate authority: look at it, change it for a new one.",
        discussion: """
            The agents, the operator and the coordinator know each other by certificates of one \
            authority. Its key can be changed for a new one while everything runs: see \
            coordinator ca rotate --help.

            EXAMPLE
              coordinator ca show
              coordinator ca rotate start
            """,
        subcommands: [Show.self, RotateCommand.self]
    )
}
