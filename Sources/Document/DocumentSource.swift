public import Plan

/// A text whose lines may be shown beside problems, but for what nobody may see.
public struct DocumentSource: Sendable {
    private let bytes: [UInt8]
    /// What stands where in the text; nothing where it could not be read.
    private let tree: Tree?

    private struct Tree: Sendable {
        let root: DocumentNode
        let catalogue: any FieldCatalogue
        let secrets: Set<PlanPointer>
    }

    /// Bytes of the longest line that is shown; a longer one was not written by hand.
    private static let longestLine = 1 << 16

    /// Takes a text that could not be read. Lines that speak of secrets are not shown.
    public init(unread bytes: [UInt8]) {
        self.bytes = bytes
        tree = nil
    }

    /// Takes a text and the values that it holds.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - root: Its one value.
    ///   - catalogue: Which keys' values are private.
    ///   - secrets: Further values that are.
    public init(
        _ bytes: [UInt8],
        _ root: DocumentNode,
        _ catalogue: any FieldCatalogue,
        secrets: Set<PlanPointer>
    ) {
        self.bytes = bytes
        tree = Tree(root: root, catalogue: catalogue, secrets: secrets)
    }

    /// The line of each problem with a mark; nothing where it has to stay unseen, or where there is
    /// nothing to see.
    func excerpts(of problems: [DocumentProblem]) -> [SourceExcerpt?] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let shown = problems.map { problem -> ArraySlice<UInt8>? in
            guard lines.indices.contains(problem.line - 1) else { return nil }
            let line = lines[problem.line - 1]
            guard line.count <= Self.longestLine, tree != nil || !speaks(lines, problem.line) else {
                return nil
            }
            return line
        }
        let last = zip(problems, shown).filter { $0.1 != nil }.map(\.0.line).max()
        let hidden = last.map { PrivateValues.find(in: tree, upTo: $0) } ?? []
        return zip(problems, shown).map { problem, line in
            line.flatMap { excerpt($0, problem, hidden) }
        }
    }

    private func excerpt(
        _ bytes: ArraySlice<UInt8>,
        _ problem: DocumentProblem,
        _ hidden: [Range<TextPosition>]
    ) -> SourceExcerpt? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let scalars = Array(text.unicodeScalars)
        guard scalars.contains(where: { !" \t\r".unicodeScalars.contains($0) }) else { return nil }
        let line = problem.line
        let parts = hidden.compactMap { range -> Range<Int>? in
            guard range.lowerBound.line <= line, range.upperBound.line >= line else { return nil }
            let start = range.lowerBound.line < line ? 0 : range.lowerBound.column - 1
            let last = range.upperBound.line > line ? scalars.count : range.upperBound.column - 1
            var end = min(last, scalars.count)
            guard start < end else { return nil }
            end -= Self.surroundings(behind: scalars[start..<end])
            return start < end ? start..<end : nil
        }
        return SourceExcerpt(scalars, column: problem.column, hidden: parts)
    }

    /// How many scalars at the end of a hidden part belong to what is around it: they may be seen.
    private static func surroundings(behind part: ArraySlice<Unicode.Scalar>) -> Int {
        let (openers, closers) = ("[{".unicodeScalars, "]}".unicodeScalars)
        var extra = part.count(where: closers.contains) - part.count(where: openers.contains)
        var count = 0
        for scalar in part.reversed() {
            if closers.contains(scalar), extra > 0 {
                extra -= 1
            } else if !" \t\r,".unicodeScalars.contains(scalar) {
                break
            }
            count += 1
        }
        return count
    }

    /// Whether a secret may stand on a line: on that of its name, or on one of those under it.
    private func speaks(_ lines: [ArraySlice<UInt8>], _ line: Int) -> Bool {
        lines[max(0, line - 4)..<line].contains {
            SecretWords.areIn(String(decoding: $0.prefix(Self.longestLine), as: UTF8.self))
        }
    }

    /// Finds the places of private values: each reaches up to the next key or value behind it.
    private struct PrivateValues {
        private let tree: Tree
        private let lastLine: Int
        private var ranges: [Range<TextPosition>] = []

        /// In the order of the text, as far as they begin on a line up to the last.
        static func find(in tree: Tree?, upTo lastLine: Int) -> [Range<TextPosition>] {
            guard let tree else { return [] }
            var values = PrivateValues(tree: tree, lastLine: lastLine)
            values.visit(tree.root, at: .root, path: "")
            return values.ranges
        }

        private init(tree: Tree, lastLine: Int) {
            self.tree = tree
            self.lastLine = lastLine
        }

        private mutating func visit(_ node: DocumentNode, at pointer: PlanPointer, path: String) {
            switch node.content {
            case .object(let members):
                let catalogue = tree.catalogue
                let isDictionary = catalogue.keys(of: path) == ["*"]
                for member in members where reach(member.keyPosition) {
                    let place = pointer.key(member.key)
                    if tree.secrets.contains(place) || catalogue.isPrivate(member.key, in: path) {
                        hide(member.value)
                        continue
                    }
                    let step = isDictionary ? "*" : catalogue.meant(member.key, in: path)
                    let inside = path.isEmpty ? step : path + "." + step
                    visit(member.value, at: place, path: inside)
                }
            case .list(let nodes):
                for (index, node) in nodes.enumerated() where reach(node.position) {
                    let place = pointer.index(index)
                    if tree.secrets.contains(place) {
                        hide(node)
                    } else {
                        visit(node, at: place, path: path + "[]")
                    }
                }
            case .null, .boolean, .number, .string:
                break
            }
        }

        private mutating func hide(_ node: DocumentNode) {
            switch node.content {
            case .null, .boolean: break
            case .list(let nodes) where nodes.isEmpty: break
            case .object(let members) where members.isEmpty: break
            case .number, .string, .list, .object:
                ranges.append(node.position..<TextPosition(line: .max, column: .max))
            }
        }

        /// Ends the last private value where something else begins.
        ///
        /// - Returns: Whether that is on a line that matters.
        private mutating func reach(_ position: TextPosition) -> Bool {
            if let last = ranges.last, last.upperBound.line == .max, last.lowerBound < position {
                ranges[ranges.count - 1] = last.lowerBound..<position
            }
            return position.line <= lastLine
        }
    }
}
