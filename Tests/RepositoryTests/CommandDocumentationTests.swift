import Testing

/// The commands of a program, read from its sources.
struct CommandTree {
    private struct Command {
        var name: String
        var subcommands: [String]
    }

    private var commands: [String: Command] = [:]

    /// Finds the commands that files declare: a type, its `commandName` (or the type's own name, as
    /// swift-argument-parser spells it) and its `subcommands`.
    init(_ files: [SourceFile]) {
        let declaration = /(?:struct|enum)\s+(\w+)\s*:[^{]*ParsableCommand\b/
        for file in files {
            let found = file.text.matches(of: declaration)
            for (index, match) in found.enumerated() {
                let end =
                    index + 1 < found.count ? found[index + 1].range.lowerBound : file.text.endIndex
                let body = file.text[match.range.upperBound..<end]
                commands[String(match.1)] = Command(
                    name: body.firstMatch(of: /commandName:\s*"([\w-]+)"/).map { String($0.1) }
                        ?? Self.spelled(match.1),
                    subcommands: body.firstMatch(of: /subcommands:\s*\[([^\]]*)\]/).map { list in
                        list.1.matches(of: /(\w+)\.self/).map { String($0.1) }
                    } ?? []
                )
            }
        }
    }

    /// Every command that does something, as one types it: `coordinator node list`.
    var spellings: [String] {
        let children = Set(commands.values.flatMap(\.subcommands))
        let roots = commands.keys.filter { !children.contains($0) && commands[$0]?.name != "" }
        return roots.flatMap { spellings(of: $0, after: "") }.sorted()
    }

    private func spellings(of type: String, after prefix: String) -> [String] {
        guard let command = commands[type] else { return [] }
        let own = prefix.isEmpty ? command.name : "\(prefix) \(command.name)"
        return command.subcommands.isEmpty
            ? [own] : command.subcommands.flatMap { spellings(of: $0, after: own) }
    }

    private static func spelled(_ type: Substring) -> String {
        type.reduce(into: "") { name, letter in
            if letter.isUppercase, !name.isEmpty { name += "-" }
            name += letter.lowercased()
        }
    }
}

struct CommandDocumentationTests {
    static let documentation = Repository.texts
        .filter { $0.path.hasSuffix(".md") && !$0.path.hasPrefix("Tests/") }
        .map(\.text).joined(separator: "\n")

    @Test(arguments: ["Coordinator", "NodeAgent"])
    func `the documentation shows every command`(target: String) {
        let commands = CommandTree(Repository.swiftFiles(under: "Sources/\(target)")).spellings
        #expect(commands.count > 1)
        for command in commands {
            #expect(Self.documentation.contains(command))
        }
    }

    @Test func `the rule finds nested commands`() {
        let program = """
            struct Program: AsyncParsableCommand {
                static let configuration = CommandConfiguration(
                    commandName: "program", subcommands: [Serve.self, NodeCommand.self])
            }
            """
        let commands = """
            struct Serve: AsyncParsableCommand {}
            struct NodeCommand: ParsableCommand {
                static let configuration = CommandConfiguration(
                    commandName: "node", subcommands: [ShowAll.self])
            }
            struct ShowAll: AsyncParsableCommand {}
            """
        let tree = CommandTree([
            SourceFile(path: "Program.swift", text: program),
            SourceFile(path: "Commands.swift", text: commands),
        ])
        #expect(tree.spellings == ["program node show-all", "program serve"])
    }
}
