import Agent
import Plan
import Trust

/// Where a join token comes from: a file, the standard input, or a person at the terminal. Never an
/// argument, which every user of the machine could read.
struct JoinTokenInput {
    private static let limit = 4096

    /// A path, `-`, or nothing.
    let file: String?

    /// Reads the token.
    func read() throws(AgentFailure) -> JoinToken {
        let text = try text()
        do {
            return try JoinToken(text: text)
        } catch {
            throw AgentFailure(
                "\(error)",
                remedy: "Make a token on the coordinator: coordinator token create --node ID"
            )
        }
    }

    private func text() throws(AgentFailure) -> Secret {
        switch file {
        case nil:
            guard Terminal.isInteractive else {
                throw AgentFailure(
                    "there is no token",
                    remedy: "Name its file (--token-file FILE) or pipe it in (--token-file -)."
                )
            }
            guard let text = Terminal.askSecret("Join token (not shown): ") else {
                throw AgentFailure("there is no token")
            }
            return text
        case "-":
            guard let bytes = Terminal.readInput(limit: Self.limit) else {
                throw AgentFailure("what the standard input holds is too long for a token")
            }
            return Secret(bytes)
        case let path?:
            return try text(of: path)
        }
    }

    private func text(of path: String) throws(AgentFailure) -> Secret {
        let bytes: [UInt8]?
        do {
            bytes = try AtomicFile.read(path, limit: Self.limit)
        } catch {
            throw AgentFailure("the token cannot be read: \(error)")
        }
        guard let bytes else { throw AgentFailure("there is no file \(path) to read a token from") }
        return Secret(bytes)
    }
}
