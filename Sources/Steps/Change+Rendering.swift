extension Change {
    /// Lines for people: a heading, and under it what changes, indented by four spaces.
    public func rendered() -> [String] {
        switch self {
        case .file(let path, let before, let after, let mode):
            let heading = "\(before == nil ? "create" : "change") \(path) (\(Self.octal(mode)))"
            return [heading] + Self.indented(LineDiff.unified(from: before ?? "", to: after))
        case .artifact(let path, let before, let after):
            let old = before.map { " in place of \($0.prefix(12))" } ?? ""
            return ["place \(path), sha256 \(after.prefix(12))\(old)"]
        case .removal(let path):
            return ["remove \(path)"]
        case .packages(let names):
            return [
                "install \(names.count == 1 ? "package" : "packages") "
                    + names.joined(separator: ", ")
            ]
        case .unit(let action, let unit):
            return ["\(action) \(unit)"]
        case .command(let argv, let purpose):
            return ["\(purpose): \(argv.joined(separator: " "))"]
        case .object(let name, let diff):
            guard !diff.isEmpty else { return ["create \(name)"] }
            return ["change \(name)"] + Self.indented(diff.split(separator: "\n").map(String.init))
        case .setting(let name, let before, let after):
            return ["\(name): \(Self.shown(before)) -> \(Self.shown(after))"]
        }
    }

    private static func indented(_ lines: [String]) -> [String] {
        lines.map { "    " + $0 }
    }

    private static func shown(_ value: String) -> String {
        value.isEmpty ? "(none)" : value
    }

    /// Permission bits as people write them: `0600`.
    static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
