import Foundation
import Subprocess

/// One file fetched by the `curl` program, so that proxies, certificates and resumption are those
/// that the machine's owner knows.
struct Download: Sendable {
    /// Where from.
    let url: String
    /// Where to; a file that nothing else uses.
    let path: String
    /// Seconds until it is given up. Default: 15 minutes.
    var limit = 900

    /// Fetches the file.
    ///
    /// - Throws: `ArtifactFailure` with curl's own words; the file may be there in part.
    func run() async throws(ArtifactFailure) {
        let arguments = try arguments()
        let status: TerminationStatus
        let complaint: String
        do {
            let result = try await Subprocess.run(
                .name("curl"),
                arguments: Arguments(arguments),
                output: .discarded,
                error: .string(limit: 64 << 10)
            )
            status = result.terminationStatus
            complaint = result.standardError
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .curlMissing
        } catch {
            throw .unreachable(url: url, reason: "\(error)")
        }
        guard status.isSuccess else {
            let reason = complaint.split(whereSeparator: \.isNewline).last.map(String.init)
            throw .unreachable(url: url, reason: reason ?? "curl ended with \(status)")
        }
    }

    /// A redirect may lead to https, and from http to http, but never from https to less.
    func arguments() throws(ArtifactFailure) -> [String] {
        let redirects: String
        switch url.firstRange(of: "://").map({ url[..<$0.lowerBound] }) {
        case "https"?, "file"?: redirects = "=https"
        case "http"?: redirects = "=https,http"
        default: throw .unusableURL(url)
        }
        return [
            "--disable", "--silent", "--show-error", "--fail", "--location",
            "--proto", "=https,http,file", "--proto-redir", redirects, "--max-redirs", "10",
            "--connect-timeout", "20", "--max-time", String(limit), "--retry", "3",
            "--max-filesize", String(1 << 30), "--globoff", "--output", path, "--url", url,
        ]
    }
}
