/// What the end of K3s' journal usually means.
enum K3sDiagnosis {
    struct Advice: Sendable, Equatable {
        var remedy: String
        /// Whether the next attempt would meet the same.
        var isPermanent: Bool
    }

    /// The first cause that the lines show, else where to look.
    static func advice(on journal: [String], role: K3sService.Role) -> Advice {
        let text = journal.joined(separator: "\n").lowercased()
        for cause in causes where cause.signs.contains(where: text.contains) {
            return Advice(remedy: cause.remedy, isPermanent: cause.isPermanent)
        }
        let unit = role == .server ? "k3s" : "k3s-agent"
        return Advice(
            remedy: "See `journalctl -u \(unit)` on the machine; raise policies.timeouts.k3sReady "
                + "in the plan if it only needs longer.",
            isPermanent: false
        )
    }

    private struct Cause {
        var signs: [String]
        var remedy: String
        var isPermanent: Bool
    }

    private static let causes = [
        Cause(
            signs: ["node password rejected"],
            remedy: "A Node object of this name exists from an earlier machine: on the server, "
                + "`k3s kubectl delete node NAME`, then run the rollout again.",
            isPermanent: true
        ),
        Cause(
            signs: ["token ca hash does not match"],
            remedy: "The address of the server answers with another cluster's certificate; "
                + "see that the server's public address in the plan is its own.",
            isPermanent: true
        ),
        Cause(
            signs: ["flag provided but not defined", "failed to parse", "invalid boolean value"],
            remedy: "K3s does not accept its configuration; see whether k3s.version in the plan "
                + "is a release that Isthmus supports.",
            isPermanent: true
        ),
        Cause(
            signs: ["address already in use"],
            remedy: "Another program holds a port that K3s needs (6443, 6444, 10250); "
                + "`ss -ltnp` names it.",
            isPermanent: true
        ),
        Cause(
            signs: ["no space left on device"],
            remedy: "Free space on the machine (df -h shows where), then run the rollout again.",
            isPermanent: true
        ),
        Cause(
            signs: ["401", "unauthorized", "not authorized"],
            remedy: "The join token has expired or was revoked; run the rollout again.",
            isPermanent: false
        ),
        Cause(
            signs: [
                "failed to get ca certs", "connection refused", "i/o timeout", "no route to host",
            ],
            remedy: "The machine cannot reach the server's public address on TCP 6443; open it in "
                + "the cloud's firewall and in the server's own.",
            isPermanent: false
        ),
    ]
}
