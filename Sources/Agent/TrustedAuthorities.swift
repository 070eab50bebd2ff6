import Plan
import Trust

/// Whom an agent may believe in place of those that it believes now.
///
/// What it is told comes over a session whose server those of now have verified. The rules here are
/// against mistakes: an agent that believed the wrong ones would be lost to its coordinator.
enum TrustedAuthorities {
    /// The authorities of a PEM text, if they can be read, are of the cluster, and one of them is
    /// believed now: without one in common, the agent could not know its own coordinator again.
    static func check(
        _ pem: String,
        replacing current: String,
        cluster: String
    ) throws(AgentFailure) -> AuthorityBundle {
        let (new, old): (AuthorityBundle, AuthorityBundle)
        do {
            (new, old) = (try AuthorityBundle(pem: pem), try AuthorityBundle(pem: current))
        } catch {
            throw AgentFailure("the coordinator told of unusable authorities: \(error)")
        }
        guard new.speaks(for: cluster) else {
            throw AgentFailure("the coordinator told of an authority of another cluster")
        }
        guard !Set(new.pins).isDisjoint(with: old.pins) else {
            throw AgentFailure(
                "the coordinator told of authorities of which this agent believes none",
                remedy: "Enrol again with a new token: node-agent enroll --force"
            )
        }
        return new
    }

    /// Whom to believe with a new certificate: those of now where one of them issued it, otherwise
    /// those that came with it. The session alone tells of changes in their order; an answer may be
    /// older than what the session said meanwhile.
    static func holding(
        _ certificate: Certificate,
        now current: String,
        answered pem: String,
        cluster: String
    ) throws(AgentFailure) -> String {
        if let bundle = try? AuthorityBundle(pem: current), bundle.issuer(of: certificate) != nil {
            return current
        }
        let bundle = try check(pem, replacing: current, cluster: cluster)
        guard bundle.issuer(of: certificate) != nil else {
            throw AgentFailure(
                "the coordinator answered with a certificate of an unknown authority"
            )
        }
        return bundle.pem
    }
}
