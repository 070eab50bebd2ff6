import Plan
import Testing

struct PlanFieldTests {
    @Test func `every path is listed once`() {
        let paths = PlanField.all.map(\.path)
        #expect(Set(paths).count == paths.count)
    }

    @Test func `keys are found by the object that has them`() {
        #expect(
            PlanField.keys(of: "") == [
                "$schema", "apiVersion", "kind", "metadata", "hosts", "k3s", "mesh", "dashboard",
                "tunnel", "artifacts", "policies",
            ]
        )
        #expect(PlanField.keys(of: "hosts[].topology") == ["region", "location"])
        #expect(PlanField.keys(of: "hosts[].labels") == ["*"])
        #expect(PlanField.keys(of: "artifacts.k3s") == ["amd64", "arm64"])
        #expect(PlanField.keys(of: "nowhere").isEmpty)
    }

    @Test func `what an object needs is named from there`() {
        #expect(PlanField.required(in: "hosts") == ["id", "role", "addresses.public"])
        #expect(PlanField.required(in: "hosts[].addresses") == ["public"])
        #expect(PlanField.required(in: "mesh").isEmpty)
    }

    @Test func `other names lead to fields that there are`() {
        for (name, field) in PlanField.synonyms {
            #expect(name.allSatisfy { $0.isLowercase && $0.isASCII })
            let path = String(field.split(separator: ",")[0])
            #expect(PlanField.at(path) != nil || !PlanField.keys(of: path).isEmpty, "\(field)")
        }
    }

    @Test func `fields of later releases are none of this one`() {
        for (path, names) in PlanField.later {
            #expect(path.isEmpty || !PlanField.keys(of: path).isEmpty, "\(path)")
            #expect(names.isDisjoint(with: PlanField.keys(of: path)), "\(path)")
        }
        for path in PlanField.secrets {
            #expect(PlanField.keys(of: path) == ["env", "file", "store"])
        }
        for path in PlanField.optional.union(PlanField.demanded) {
            let keys = PlanField.keys(of: path) + PlanField.keys(of: path + "[]")
            #expect(!keys.isEmpty, "\(path)")
        }
    }
}
