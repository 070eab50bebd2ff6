import ArgumentParser
import Foundation
import Simulation

/// Plays rollouts with all that goes wrong, and holds them against the invariants.
@main
struct SimulateProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Plays rollouts with all that goes wrong, and holds them against the invariants.",
        discussion:
            "Ends with 1 where an invariant did not hold, after the transcript of that seed."
    )

    @Option(help: "How many seeds to play.")
    var seeds: UInt64 = 10_000

    @Option(help: "The first of them.")
    var first: UInt64 = 0

    @Option(help: "Play this seed alone, and print its transcript.")
    var seed: UInt64?

    @Option(
        help:
            "Make a mistake on purpose: \(PlantedFault.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var plant: PlantedFault?

    @Flag(help: "Plant each fault, one at a time, and say after how many seeds it is caught.")
    var faults = false

    private var range: Range<UInt64> { first..<first &+ max(1, seeds) }

    func run() async throws {
        if faults {
            try await catchFaults()
        } else if let seed {
            try show(seed)
        } else {
            try await search()
        }
    }

    private func search() async throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let start = ContinuousClock.now
        let finding = await Simulation.search(range, planted: plant, workers: cores)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if let finding { return try show(finding.seed) }
        print("\(seeds) seeds, every invariant held: \(Self.rate(seeds, seconds))")
    }

    private func show(_ seed: UInt64) throws {
        let (lines, violation) = Simulation.transcript(seed: seed, planted: plant)
        for line in lines { print(line) }
        guard let violation else {
            print("seed \(seed): every invariant held")
            return
        }
        print("seed \(seed) broke an invariant: \(violation)")
        throw ExitCode.failure
    }

    private func catchFaults() async throws {
        var isMissed = false
        for fault in PlantedFault.allCases {
            let finding = Simulation.search(range, planted: fault)
            let words = finding.map {
                "after \($0.seed - first + 1) seeds: \($0.violation.invariant.rawValue)"
            }
            print("\(fault.rawValue): \(words ?? "not caught")")
            isMissed = isMissed || finding == nil
        }
        if isMissed { throw ExitCode.failure }
    }

    private static func rate(_ seeds: UInt64, _ seconds: Double) -> String {
        "\(Int(Double(seeds) / seconds)) seeds/s, \((seconds * 10).rounded() / 10) s"
    }
}

extension PlantedFault: ExpressibleByArgument {}
