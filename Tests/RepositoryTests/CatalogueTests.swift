import Foundation
import Testing

/// The step catalogue and the files of its kinds name the same types.
enum Catalogue {
    /// The types that a catalogue lists: `Name.self`.
    static func listed(in text: String) -> Set<String> {
        Set(text.matches(of: /(\w+)\.self/).map { String($0.1) })
    }

    /// The types that a folder's files are named after; `Type+Part.swift` is a part of a type.
    static func files(_ names: [String]) -> Set<String> {
        Set(
            names.filter { $0.hasSuffix(".swift") && !$0.contains("+") }
                .map { String($0.dropLast(".swift".count)) }
        )
    }
}

struct CatalogueTests {
    @Test func `every kind of step is one file and one line of the catalogue`() throws {
        let catalogue = try #require(
            Repository.swiftFiles(under: "Sources/Steps").first {
                $0.path.hasSuffix("/StepCatalog.swift")
            }
        )
        let kinds = Catalogue.files(Repository.names(in: "Sources/Steps/Kinds"))
        #expect(!kinds.isEmpty)
        #expect(Catalogue.listed(in: catalogue.text) == kinds)
    }

    @Test func `the rule bites`() {
        let listed = Catalogue.listed(in: "kinds: [any Step.Type] = [\n    SetHostname.self,\n]")
        #expect(listed == ["SetHostname"])
        #expect(listed != Catalogue.files(["SetHostname.swift", "Forgotten.swift"]))
        #expect(listed == Catalogue.files(["SetHostname.swift", "SetHostname+Cloud.swift"]))
    }
}
