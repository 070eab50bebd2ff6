/// The commands of a program, read from its sources.
struct CommandTree {
    private struct Command {
        var name: String
        var subcommands: [String]
    }

    /// By type: `Serve`, or `NodeCommand.List` where it is declared in an extension of `NodeCommand`.
    private var commands: [String: Command] = [:]

    /// Finds the commands that files declare: a type, its `commandName` (or the type's own name, as
    /// swift-argument-parser spells it) and its `subcommands`.
    init(_ files: [SourceFile]) {
        for file in files { add(file.text) }
    }

    private mutating func add(_ text: String) {
        let found = text.matches(of: /(\ *)(?:struct|enum)\s+(\w+)\s*:[^{]*ParsableCommand\b/)
        for (index, match) in found.enumerated() {
            let end = index + 1 < found.count ? found[index + 1].range.lowerBound : text.endIndex
            let body = text[match.range.upperBound..<end]
            let outer =
                match.1.isEmpty ? nil : Self.extensionAround(match.range.lowerBound, in: text)
            let type = [outer, String(match.2)].compactMap(\.self).joined(separator: ".")
            commands[type] = Command(
                name: body.firstMatch(of: /commandName:\s*"([\w-]+)"/).map { String($0.1) }
                    ?? Self.spelled(match.2),
                subcommands: Self.subcommands(in: body)
            )
        }
    }

    /// Every command that does something, as one types it: `coordinator node list`.
    var spellings: [String] {
        let children = Set(
            commands.flatMap { type, command in
                command.subcommands.map { resolved($0, from: type) }
            }
        )
        return commands.keys.filter { !children.contains($0) }
            .flatMap { spellings(of: $0, after: "") }.sorted()
    }

    private func spellings(of type: String, after prefix: String) -> [String] {
        guard let command = commands[type] else { return [] }
        let own = prefix.isEmpty ? command.name : "\(prefix) \(command.name)"
        return command.subcommands.isEmpty
            ? [own]
            : command.subcommands.flatMap { spellings(of: resolved($0, from: type), after: own) }
    }

    /// A nested type hides one of the same name outside.
    private func resolved(_ name: String, from type: String) -> String {
        commands["\(type).\(name)"] == nil ? name : "\(type).\(name)"
    }

    private static func extensionAround(_ place: String.Index, in text: String) -> String? {
        text[..<place].matches(of: /(?m)^extension\s+(\w+)/).last.map { String($0.1) }
    }

    private static func subcommands(in body: Substring) -> [String] {
        guard let list = body.firstMatch(of: /subcommands:\s*\[([^\]]*)\]/) else { return [] }
        return list.1.matches(of: /([\w.]+)\.self/).map { String($0.1) }
    }

    private static func spelled(_ type: Substring) -> String {
        type.reduce(into: "") { name, letter in
            if letter.isUppercase, !name.isEmpty { name += "-" }
            name += letter.lowercased()
        }
    }
}
