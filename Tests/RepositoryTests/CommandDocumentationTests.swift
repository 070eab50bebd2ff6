import Testing

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
                    commandName: "node", subcommands: [ShowAll.self, List.self])
            }
            struct ShowAll: AsyncParsableCommand {}
            extension NodeCommand {
                struct List: AsyncParsableCommand {}
            }
            extension RolloutCommand {
                struct List: AsyncParsableCommand {}
            }
            """
        let tree = CommandTree([
            SourceFile(path: "Program.swift", text: program),
            SourceFile(path: "Commands.swift", text: commands),
        ])
        #expect(
            tree.spellings == [
                "list", "program node list", "program node show-all", "program serve",
            ]
        )
    }
}
