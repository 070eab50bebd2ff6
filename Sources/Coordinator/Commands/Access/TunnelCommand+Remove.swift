import ArgumentParser
import GRPCCore
import Protocol

extension TunnelCommand {
    /// `coordinator tunnel remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Unpublish everything, and take the tunnel away.",
            discussion: """
                In the order that leaves nothing behind: the Ingresses while the controller runs, which \
                takes their DNS records away; then the controller and its token; then the tunnel, by \
                Cloudflare's API. The dashboard and the services go on inside the cluster. It is the \
                tunnel of the plan that was rolled out last; take "tunnel" out of the plan afterwards, \
                or the next rollout publishes it again.

                EXAMPLE
                  coordinator tunnel remove

                EXIT CODES
                  0 removed, 1 failed, 2 wrong usage
                """
        )

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        func run() async throws {
            let answer = try await OperatorConnection(state).run { client in
                try await client.removeTunnel(WireRemoveTunnelRequest(), options: .patient)
            }
            switch output.format {
            case .json:
                StandardOutput.write(
                    JSONLine.object([
                        ("hostnames", .array(answer.hostnames.map { .string($0) })),
                        ("tunnel", .string(answer.tunnel)),
                        ("tunnelDeleted", .bool(answer.tunnelDeleted)),
                    ]).text
                )
            case .text:
                let names =
                    answer.hostnames.isEmpty
                    ? "Nothing was published."
                    : "No longer published: "
                        + answer.hostnames.joined(separator: ", ")
                StandardOutput.write(
                    names + "\n"
                        + (answer.tunnelDeleted
                            ? "The tunnel \(answer.tunnel) is deleted."
                            : "The account had no tunnel \(answer.tunnel).")
                )
            }
        }
    }
}
