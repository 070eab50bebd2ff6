import ArgumentParser
import Daemon
import GRPCCore
import Protocol

extension CertificateAuthorityCommand {
    /// `coordinator ca show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show who signs, who is believed, and how far a change has come.",
            discussion: """
                While the authority changes, each node has caught up or is behind in the phase of the \
                moment; what to type next stands at the end.

                EXAMPLE
                  coordinator ca show
                  coordinator ca show --output json

                EXIT CODES
                  0 shown, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let status = try await OperatorConnection(state).run { client in
                try await client.showAuthorities(WireShowAuthoritiesRequest(), options: .short)
            }
            AuthorityReport(status, now: WallClock.now(), suffix: state.suffix).write(output.format)
        }
    }
}
