/// Why an artifact is not to be had. Each says what to do next.
enum ArtifactFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The bytes are not those that the plan, the release or an earlier rollout named.
    case hashMismatch(url: String, expected: String, got: String, source: String)
    /// Nothing came from the address.
    case unreachable(url: String, reason: String)
    /// The address is none that artifacts come from.
    case unusableURL(String)
    /// The release's list does not name the file.
    case notListed(url: String, list: String)
    /// The `curl` program is missing.
    case curlMissing
    /// The plan needs the file for a processor that it names none for.
    case missingArchitecture(String)
    /// The file is no set of manifests that the plan can be applied to.
    case manifest(ManifestProblem)
    /// The file is no bundle, or not the whole of one.
    case bundle(String)
    /// The coordinator's own disk or store.
    case local(String)

    var description: String {
        switch self {
        case .hashMismatch(let url, let expected, let got, let source):
            """
            \(url) is not what it should be: expected sha256 \(expected) (\(source)), got \(got). \
            If the new file is the right one, write its hash into the plan's artifacts; otherwise \
            do not use it
            """
        case .unreachable(let url, let reason):
            "\(url) cannot be fetched: \(reason)"
        case .unusableURL(let url):
            "'\(url)' is no https, http or file URL"
        case .notListed(let url, let list):
            """
            \(list) names no file '\(ChecksumList.fileName(of: url))', so \(url) cannot be \
            checked; write its sha256 into the plan's artifacts
            """
        case .curlMissing:
            "the program curl is missing on the coordinator; install it: apt install curl"
        case .missingArchitecture(let architecture):
            """
            the plan names no k3s binary for \(architecture), which one of its hosts runs; add \
            artifacts.k3s.\(architecture)
            """
        case .manifest(let problem):
            problem.description
        case .bundle(let reason):
            """
            this is no bundle that can be imported: \(reason). Nothing of it is used. Make it with \
            coordinator artifacts export, and compare the files' checksums after the transport
            """
        case .local(let text):
            text
        }
    }
}
