import Document
import Foundation
import Plan
import PlanFile
import Testing

/// Good plans with bytes changed at random: whatever comes out is a plan or a list of problems whose
/// places lie in the text. The seed is fixed, so that a failure comes back.
struct MutationTests {
    @Test(arguments: try Project.files(in: "packaging/examples"))
    func `no text makes the reader stumble`(_ file: URL) throws {
        let good = Array(try Data(contentsOf: file))
        var random = SplitMix(state: 0x15_7485)
        for _ in 0..<300 {
            let bytes = mutate(good, &random)
            let lines = bytes.count { $0 == 0x0A } + 2
            do throws(DocumentProblems) {
                let text = try PlanText(bytes, name: file.lastPathComponent)
                #expect(throws: Never.self) { try Project.read(text.plan.canonicalJSON()) }
                pin(text)
            } catch {
                #expect(!error.problems.isEmpty)
                #expect(
                    error.problems.allSatisfy { (1...lines).contains($0.line) && $0.column > 0 }
                )
                #expect(!error.rendered(color: false).isEmpty)
            }
        }
    }

    /// Whatever the layout, a hash comes in where it belongs, or nothing is written.
    private func pin(_ text: PlanText) {
        let hash = String(repeating: "0", count: 64)
        let open = PlanArtifact.all(of: text.plan).filter { $0.reference.sha256 == nil }
        let pins = Dictionary(uniqueKeysWithValues: open.map { ($0.pointer, hash) })
        guard let bytes = text.pinned(pins) else { return }
        let again = try? PlanText(bytes, name: text.name, format: text.format)
        #expect(again?.plan.artifacts.installScript.sha256 == hash)
        #expect(again?.plan.hosts == text.plan.hosts)
    }

    private func mutate(_ good: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = good
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(Self.telling.randomElement(using: &random) ?? 0, at: place)
            case 3: bytes.removeLast(min(bytes.count - 1, place))
            case 4: bytes[place] ^= 1
            default: bytes += bytes[place...]
            }
            if bytes.isEmpty { bytes = [0x20] }
        }
        return bytes
    }

    private static let telling = Array("{}[]\",:'&*!|>%@`#-?~\\\n\t 0".utf8)
}

/// SplitMix64, a small generator that always gives the same numbers for one seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
