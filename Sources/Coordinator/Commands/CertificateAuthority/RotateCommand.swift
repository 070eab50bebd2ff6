import ArgumentParser
import Daemon
import GRPCCore
import Protocol
import SwiftProtobuf

/// The change from one certificate authority to the next.
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Change the certificate authority for a new one, phase by phase.",
        discussion: """
            Three commands, days apart if you like. Nothing is restarted, and no agent loses its \
            link for it:

              start    a new authority is made, and everybody learns to believe it
              sign     it signs: everybody gets a certificate of it
              finish   the earlier one is forgotten, and its key destroyed

            back turns round at any time before finish. An agent that is away meanwhile catches up \
            when it returns, as long as that is before finish; coordinator ca show says who is \
            behind. Each command can be typed again: what is so already stays so.

            Was the authority's key stolen? Then read docs/certificate-authority.md first.

            EXAMPLE
              coordinator ca rotate start
              coordinator ca rotate sign
              coordinator ca show
              coordinator ca rotate finish
            """,
        subcommands: [Start.self, Sign.self, Back.self, Finish.self]
    )
}

extension RotateCommand {
    /// `coordinator ca rotate start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Make a new authority, and let everybody know it.",
            discussion: """
                The earlier one goes on signing; both are believed from now on.

                EXAMPLE
                  coordinator ca rotate start

                EXIT CODES
                  0 done, or so already; 1 failed; 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws { try await take(.start, output, state) }
    }

    /// `coordinator ca rotate sign`.
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign",
            abstract: "Let the new authority sign, and everybody renew.",
            discussion: """
                The coordinator and the operator on its machine have a certificate of it at once; the \
                agents ask for theirs one after the other. Both authorities are believed. Agents that \
                know only the earlier one still know this coordinator, and catch up.

                EXAMPLE
                  coordinator ca rotate sign

                EXIT CODES
                  0 done, or so already; 1 failed; 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws { try await take(.sign, output, state) }
    }

    /// `coordinator ca rotate back`.
    struct Back: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "back",
            abstract: "Turn round: the earlier authority signs again.",
            discussion: """
                Nodes that have a certificate of the new one get one of the earlier one. Then finish \
                forgets the new one, or sign goes forward again.

                EXAMPLE
                  coordinator ca rotate back

                EXIT CODES
                  0 done, or so already; 1 failed; 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws { try await take(.back, output, state) }
    }

    /// `coordinator ca rotate finish`.
    struct Finish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "finish",
            abstract: "Forget the authority that does not sign, and destroy its key.",
            discussion: """
                There is no way back. While a node is behind nothing is done and the nodes are named: \
                they would be locked out. --leave-behind does without them; each must then enrol \
                again. Join tokens that name the forgotten authority work no more.

                EXAMPLE
                  coordinator ca rotate finish
                  coordinator ca rotate finish --leave-behind

                EXIT CODES
                  0 done, 1 failed or refused, 2 wrong usage
                """
        )

        @Flag(help: "Lock nodes out that have not caught up; they must enrol again.")
        var leaveBehind = false

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            try await take(.finish, leavingBehind: leaveBehind, output, state)
        }
    }
}

/// Asks for a step and shows where things stand then.
private func take(
    _ action: WireRotationAction,
    leavingBehind: Bool = false,
    _ output: OutputOption,
    _ state: StateOption
) async throws {
    let request = WireRotateAuthorityRequest.with {
        $0.action = action
        $0.leaveBehind = leavingBehind
    }
    let status = try await OperatorConnection(state).run { client in
        try await client.rotateAuthority(request, options: .short)
    }
    AuthorityReport(status, now: WallClock.now(), suffix: state.suffix, isAnswer: true)
        .write(output.format)
}
