import ArgumentParser
import Protocol

/// `coordinator rehearse`.
struct Rehearse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a whole rollout with simulated machines; nothing is touched.",
        discussion: """
            Runs a coordinator and one agent for each host of the plan in this process, over real \
            mutual TLS on loopback. The machines are simulated, and K3s and Kilo are stand-ins: \
            nothing on this machine is touched, nothing is fetched, and no state folder is needed. \
            What is printed is what a rollout of the plan on fresh machines would do: every step \
            in order, with its commands and diffs.

            EXAMPLE
              coordinator rehearse --plan plan.json
              coordinator rehearse --plan plan.json --output json | jq -r .event

            EXIT CODES
              0  the rollout would succeed
              1  it would fail, or the rehearsal itself did
              2  wrong usage, or a plan with problems
              130  ended by Ctrl-C
            """
    )

    @OptionGroup var plan: PlanOption
    @OptionGroup var output: OutputOption

    func run() async throws {
        let submission = try PlanSubmission.read(plan.file)
        let display = RehearsalDisplay.make(
            output.format,
            of: submission.plan,
            style: Terminal.standardOutput().style
        )
        let folder = try RehearsalFolder()
        defer { folder.remove() }
        let outcome = try await Interruption.race(abandon: folder.remove) {
            try await Rehearsal(submission: submission, folder: folder).run(display)
        }
        guard let outcome else { throw ExitCode(CommandExit.detached.rawValue) }
        guard outcome == .succeeded else { throw ExitCode(CommandExit.failed.rawValue) }
    }
}
