import Foundation
import Simulation
import Testing

/// One after the other, on a thread of their own: what keeps a processor busy for seconds must not
/// keep other tests' tasks from theirs.
@Suite(.serialized) struct SimulationTests {
    /// `make simulate SEED=…` plays one again.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func `every invariant holds whatever goes wrong`(part: UInt64) async {
        let finding = await offThePool { Simulation.search(part * 200..<(part + 1) * 200) }
        #expect(finding == nil)
    }

    @Test(arguments: PlantedFault.allCases.filter { !$0.isSubtle })
    func `a fault that is planted is caught`(fault: PlantedFault) async throws {
        let finding = await offThePool { Simulation.search(0..<400, planted: fault) }
        #expect(try #require(finding).violation.invariant == fault.invariant)
    }

    @Test func `every invariant has a fault that breaks it`() {
        #expect(Set(PlantedFault.allCases.map(\.invariant)) == Set(Invariant.allCases))
    }

    @Test func `a seed says everything`() {
        for seed in 0..<5 as Range<UInt64> {
            let (lines, _) = Simulation.transcript(seed: seed)
            #expect(!lines.isEmpty)
            #expect(lines == Simulation.transcript(seed: seed).lines)
        }
    }

    private func offThePool<Result: Sendable>(
        _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
