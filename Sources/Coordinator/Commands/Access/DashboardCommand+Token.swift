import ArgumentParser
import GRPCCore
import Protocol
import Steps
import SwiftProtobuf

extension DashboardCommand {
    /// `coordinator dashboard token`.
    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token",
            abstract: "Make a login to Headlamp and print it once.",
            discussion: """
                With the rights view, the account isthmus-viewer: it sees everything but Secrets. With \
                admin, the account isthmus-admin, which may do everything. Kubernetes keeps no copy of \
                the token, and neither does the coordinator; it ends by itself. To end every login \
                before its time: k3s kubectl -n headlamp delete serviceaccount isthmus-admin, then roll \
                the plan out again.

                The token goes to standard output, the advice to standard error.

                EXAMPLE
                  coordinator dashboard token
                  coordinator dashboard token --rights admin --ttl 1h

                EXIT CODES
                  0 made, 1 failed, 2 wrong usage
                """
        )

        @Option(
            help: ArgumentHelp("What the login may do: view or admin.", valueName: "rights"),
            completion: .list(DashboardRights.allCases.map(\.rawValue)),
            transform: Self.rights
        )
        var rights = DashboardRights.view

        @Option(help: ArgumentHelp("How long it counts: 10m to 7d.", valueName: "span"))
        var ttl = TimeToLive.workingDay

        @OptionGroup var output: OutputOption
        @OptionGroup var state: StateOption

        private static func rights(_ word: String) throws -> DashboardRights {
            guard let rights = DashboardRights(rawValue: word) else {
                throw ValidationError("'\(word)' are no rights: write view or admin.")
            }
            return rights
        }

        func validate() throws {
            guard MintDashboardToken.lives.contains(ttl.seconds) else {
                throw ValidationError("A login lives ten minutes to seven days.")
            }
        }

        func run() async throws {
            let request = WireCreateDashboardTokenRequest.with {
                $0.rights = rights.rawValue
                $0.timeToLive = ttl.seconds
            }
            let made = try await OperatorConnection(state).run { client in
                try await client.createDashboardToken(request, options: .onServer)
            }
            switch output.format {
            case .text:
                StandardOutput.write(made.token)
                if let failure = StandardOutput.failure { throw failure }
                StandardError.write(advice(made))
            case .json:
                StandardOutput.write(
                    JSONLine.object([
                        ("token", .string(made.token)),
                        ("rights", .string(rights.rawValue)),
                        ("hostname", .string(made.hostname)),
                    ]).text
                )
            }
        }

        private func advice(_ made: WireCreateDashboardTokenResponse) -> String {
            let page =
                made.hostname.isEmpty
                ? "On the server: k3s kubectl -n headlamp port-forward service/headlamp 4466:80\n"
                    + "and there http://127.0.0.1:4466/, with this token."
                : "https://\(made.hostname)/, with this token."
            return """

                \(page)
                It counts for \(ttl.defaultValueDescription) and is not shown again.
                """
        }
    }
}

extension TimeToLive {
    /// A working day.
    fileprivate static let workingDay = TimeToLive(argument: "8h") ?? .halfAnHour
}

extension CallOptions {
    /// For something that the server is asked.
    static var onServer: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(90)
        return options
    }
}
