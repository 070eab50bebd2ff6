import Foundation
import Plan
import Preflight
import RolloutEngine

/// Why a rollout does not begin. Nothing has changed anywhere.
enum StartRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The plan has problems; the text lists them all.
    case plan(String)
    /// The plan is for another cluster.
    case otherCluster(plan: String, coordinator: String)
    /// Hosts cannot take part.
    case hosts([HostProblem])
    /// The first look at the hosts found what would make it fail.
    case preflight([Finding])
    /// A dry run finds something else than what was approved.
    case notApproved([String])
    /// One at a time.
    case alreadyRunning(RolloutID)
    /// One that waits for an operator comes first.
    case paused(RolloutID)
    /// Something that the plan needs is not to be had.
    case artifact(ArtifactFailure)
    /// The cluster's pages cannot be set up or published as the plan says.
    case access(AccessProblems)
    /// The first snapshot cannot be sealed for the certificate that the plan names.
    case recipient(String)
    /// The steps make no order: a mistake in this program.
    case steps(String)
    /// The store refused.
    case store(StoreFailure)

    var description: String {
        switch self {
        case .plan(let text):
            text
        case .otherCluster(let plan, let coordinator):
            """
            the plan is for the cluster '\(plan)', and this coordinator is that of \
            '\(coordinator)'; change metadata.name, or ask the other coordinator
            """
        case .hosts(let problems):
            problems.map(\.description).joined(separator: "\n")
        case .preflight(let failures):
            """
            the hosts are not ready; nothing was begun:
            \(failures.map(\.complaint).joined(separator: "\n"))
            Look at all of it with coordinator preflight --plan FILE. What has to be so is named in the \
            plan, under policies.preflight.ignore.
            """
        case .notApproved(let reasons):
            """
            this is not what was approved; nothing was begun. Otherwise than then:
            \(reasons.map { "  \($0)" }.joined(separator: "\n"))
            Look at it again with --dry-run, and approve what it ends with.
            """
        case .alreadyRunning(let id):
            "rollout \(id) is running; follow it: coordinator rollout show \(id)"
        case .paused(let id):
            """
            rollout \(id) is paused; let it go on: coordinator rollout resume \(id), or end it: \
            coordinator rollout cancel \(id)
            """
        case .artifact(let failure):
            failure.description
        case .access(let problems):
            problems.description
        case .recipient(let reason):
            """
            k3s.snapshotRecipient cannot be sealed for: \(reason). Make a key and its certificate: \
            openssl req -x509 -newkey rsa:3072 -days 3650 -subj /CN=recovery -keyout recovery.key \
            -out recovery.crt
            """
        case .steps(let text):
            "the plan makes no order of steps: \(text)"
        case .store(let failure):
            failure.description
        }
    }
}

extension Finding {
    /// What is wrong, why it matters, and what helps, in lines.
    fileprivate var complaint: String {
        let place = peer.map { "\(host) to \($0)" } ?? "\(host)"
        return "  \(place): \(check.rawValue): \(observed)\n    \(check.description.reason)"
            + (remedy.isEmpty ? "" : "\n    \(remedy)")
    }
}

/// Why a host cannot take part in a rollout.
enum HostProblem: Sendable, Equatable, CustomStringConvertible {
    /// It never enrolled.
    case neverEnrolled(HostID)
    /// Its agent has no session.
    case away(HostID, lastSeen: Int64?)
    /// Its agent does not know steps that the plan needs.
    case unknownKinds(HostID, [String])
    /// Its own policy does not allow steps that the plan needs.
    case refusedKinds(HostID, [String], file: String)
    /// Its processor is none that K3s runs on here.
    case unknownArchitecture(HostID, String)
    /// The coordinator hands out stand-ins, and the machine is real.
    case genuineMachine(HostID)

    var description: String {
        switch self {
        case .neverEnrolled(let host):
            "\(host) never enrolled; make a token for it: coordinator token create --node \(host)"
        case .away(let host, nil):
            "\(host) is not connected and never was; look at: systemctl status isthmus-agent"
        case .away(let host, let seen?):
            """
            \(host) is not connected, last seen \(Self.time(seen)); look at it there: \
            systemctl status isthmus-agent
            """
        case .unknownKinds(let host, let kinds):
            """
            the agent of \(host) does not know these steps: \(kinds.joined(separator: ", ")); \
            upgrade it: apt install isthmus-agent
            """
        case .refusedKinds(let host, let kinds, let file):
            """
            the own policy of \(host), \(file), does not allow these steps: \
            \(kinds.joined(separator: ", ")); if its owner agrees, add them there under "steps" and \
            run: systemctl restart isthmus-agent
            """
        case .unknownArchitecture(let host, let word):
            "\(host) runs on '\(word)'; K3s is installed on amd64 and arm64 only"
        case .genuineMachine(let host):
            """
            \(host) is a real machine, and this coordinator has only stand-ins for K3s and Kilo; \
            start it without --stand-in-artifacts
            """
        }
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }
}
