import Testing

/// Words that must not stand in the project.
enum Wording {
    /// Marks of what somebody meant to do later. Taken apart, so that this file has none.
    static let leftovers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    /// Places that exist on one machine only.
    static let places = ["/work" + "/", "/tmp" + "/w/", "/home" + "/"]

    /// What a text has of these, with line numbers. Marks count as words of their own.
    static func leftovers(in file: SourceFile) -> [String] {
        findings(in: file) { line in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            return leftovers.filter { mark in words.contains { $0 == mark } }
        }
    }

    /// The machine's places that a text names, with line numbers.
    static func places(in file: SourceFile) -> [String] {
        findings(in: file) { line in places.filter { line.contains($0) } }
    }

    private static func findings(
        in file: SourceFile,
        of rule: (Substring) -> [String]
    ) -> [String] {
        file.lines.enumerated().flatMap { number, line in
            rule(line).map { "\(file.path):\(number + 1): \($0)" }
        }
    }
}

struct WordingTests {
    @Test func `nothing is left over`() {
        #expect(Repository.texts.flatMap(Wording.leftovers) == [])
    }

    @Test func `no file knows the machine it was written on`() {
        #expect(Repository.texts.flatMap(Wording.places) == [])
    }

    @Test(arguments: Wording.leftovers)
    func `the rule about left-overs bites`(mark: String) {
        let bad = SourceFile(path: "Sample.swift", text: "let a = 1\n// \(mark): later\n")
        #expect(Wording.leftovers(in: bad) == ["Sample.swift:2: \(mark)"])
        let good = SourceFile(path: "Sample.swift", text: "mktemp isthmus.\(mark)\(mark)\n")
        #expect(Wording.leftovers(in: good) == [])
    }

    @Test(arguments: Wording.places)
    func `the rule about places bites`(place: String) {
        let bad = SourceFile(path: "Sample.swift", text: "read(\"\(place)isthmus\")\n")
        #expect(Wording.places(in: bad) == ["Sample.swift:1: \(place)"])
    }
}
