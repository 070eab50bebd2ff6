import Synchronization

/// Rollouts played from seeds.
package enum Simulation {
    /// A seed whose rollout broke an invariant.
    package struct Finding: Sendable {
        /// What plays it again.
        package var seed: UInt64
        /// What did not hold.
        package var violation: Violation
    }

    /// Plays one seed; nothing where all invariants held.
    package static func play(seed: UInt64, planted: PlantedFault? = nil) -> Violation? {
        World(seed: seed, planted: planted, isRecording: false).run()
    }

    /// Plays seeds one after the other until one breaks an invariant.
    ///
    /// - Parameters:
    ///   - seeds: What to play.
    ///   - planted: A mistake to make on purpose.
    /// - Returns: Nothing where all invariants held.
    package static func search(
        _ seeds: Range<UInt64>,
        planted: PlantedFault? = nil
    ) -> Finding? {
        for seed in seeds {
            if let violation = play(seed: seed, planted: planted) {
                return Finding(seed: seed, violation: violation)
            }
        }
        return nil
    }

    /// Plays seeds several at once until one breaks an invariant; the lowest of those that did.
    ///
    /// - Parameters:
    ///   - seeds: What to play.
    ///   - planted: A mistake to make on purpose.
    ///   - workers: How many are played at once.
    /// - Returns: Nothing where all invariants held.
    package static func search(
        _ seeds: Range<UInt64>,
        planted: PlantedFault? = nil,
        workers: Int
    ) async -> Finding? {
        let queue = SeedQueue(seeds)
        return await withTaskGroup(of: Finding?.self) { group in
            for _ in 0..<max(1, workers) {
                group.addTask {
                    while let seed = queue.next() {
                        guard let violation = play(seed: seed, planted: planted) else { continue }
                        queue.close()
                        return Finding(seed: seed, violation: violation)
                    }
                    return nil
                }
            }
            var lowest: Finding?
            for await case let finding? in group where finding.seed < lowest?.seed ?? .max {
                lowest = finding
            }
            return lowest
        }
    }

    /// Plays one seed and keeps what happened.
    package static func transcript(
        seed: UInt64,
        planted: PlantedFault? = nil
    ) -> (lines: [String], violation: Violation?) {
        let world = World(seed: seed, planted: planted, isRecording: true)
        let violation = world.run()
        return (world.transcript?.lines ?? [], violation)
    }
}

/// Hands seeds out in order, until one was found that will do.
private final class SeedQueue: Sendable {
    private let seeds: Mutex<Range<UInt64>>

    init(_ seeds: Range<UInt64>) {
        self.seeds = Mutex(seeds)
    }

    func next() -> UInt64? {
        seeds.withLock { $0.popFirst() }
    }

    func close() {
        seeds.withLock { $0 = $0.upperBound..<$0.upperBound }
    }
}
