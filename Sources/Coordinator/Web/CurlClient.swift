import Plan
import Subprocess

/// Asks with the `curl` program, so that proxies and certificates are those that the machine's owner
/// knows. Tokens go in by standard input, never as arguments.
struct CurlClient: WebClient {
    /// Bytes of an answer that are read.
    static let bodyLimit = 4 << 20

    func send(_ request: WebRequest) async throws(WebFailure) -> WebAnswer {
        let status: TerminationStatus
        let output: String
        let complaint: String
        do {
            let result = try await Subprocess.run(
                .name("curl"),
                arguments: Arguments(Self.arguments(for: request)),
                input: .array(try Self.configuration(for: request)),
                output: .string(limit: Self.bodyLimit),
                error: .string(limit: 64 << 10)
            )
            status = result.terminationStatus
            output = result.standardOutput
            complaint = result.standardError
        } catch let failure as WebFailure {
            throw failure
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .curlMissing
        } catch {
            throw .unreachable(url: request.url, reason: "\(error)")
        }
        guard status.isSuccess else {
            let reason = complaint.split(whereSeparator: \.isNewline).last.map(String.init)
            throw .unreachable(url: request.url, reason: reason ?? "curl ended with \(status)")
        }
        return Self.answer(in: output)
    }

    /// Plain http is for stand-ins on this machine alone.
    static func arguments(for request: WebRequest) -> [String] {
        let isLoopback = request.url.hasPrefix("http://127.0.0.1:")
        return [
            "--disable", "--silent", "--show-error", "--proto", isLoopback ? "=http" : "=https",
            "--connect-timeout", "20", "--max-time", "60", "--globoff",
            "--config", "-", "--write-out", "\n%{http_code} %header{www-authenticate}",
        ] + (request.method == .head ? ["--head"] : ["--request", request.method.rawValue])
            + ["--url", request.url]
    }

    /// curl's configuration, which it reads from its standard input.
    static func configuration(for request: WebRequest) throws(WebFailure) -> [UInt8] {
        var text: [UInt8] = []
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            text += Array("header = \"\(name): \(value)\"\n".utf8)
        }
        guard let bearer = request.bearer?.reveal() else { return text }
        let isPlain = bearer.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
        guard isPlain, !bearer.isEmpty else { throw .unusableToken }
        return text + Array("header = \"Authorization: Bearer ".utf8) + bearer + Array("\"\n".utf8)
    }

    private static func answer(in output: String) -> WebAnswer {
        let cut = output.lastIndex(of: "\n") ?? output.startIndex
        let trailer = output[cut...].drop { $0 == "\n" }
            .split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        return WebAnswer(
            status: trailer.first.flatMap { Int($0) } ?? 0,
            body: String(output[..<cut]),
            challenge: trailer.count > 1 ? String(trailer[1]) : ""
        )
    }
}
