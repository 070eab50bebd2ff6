import ArgumentParser

/// `coordinator snapshot`.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "The sealed copies of the cluster's data that the coordinator keeps.",
        discussion: """
            A rollout of a plan with k3s.snapshotRecipient leaves two: the first snapshot of etcd and the \
            server token, without which the snapshot is worth nothing. Both were sealed on the server \
            for the operator's key, which no machine of the cluster has.

            EXAMPLE
              coordinator snapshot list
              coordinator snapshot fetch first-1a2b3c4d5e6f.snapshot --output s.cms

            EXIT CODES
              0 done, 1 failed, 2 wrong usage
            """,
        subcommands: [List.self, Fetch.self]
    )
}
