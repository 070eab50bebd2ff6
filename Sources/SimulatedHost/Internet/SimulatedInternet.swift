import FoundationEssentials
public import Steps

/// What simulated machines share: the time, and the clusters that they form. In memory for machines
/// of one process, or in a folder for processes whose machines' folders lie side by side.
public final class SimulatedInternet: Sendable {
    let clock: SimulatedClock
    let records: RecordStore
    private let meshes = MeshMemory()

    /// For machines of this process.
    public init(pace: SimulatedPace = .instant) {
        clock = SimulatedClock(pace: pace, epoch: SimulatedClock.realNow())
        records = RecordStore(folder: nil)
    }

    /// For machines whose folders lie in the same folder as this one: what they share is kept beside
    /// them in `.internet`. The first process there decides on the pace for all.
    public init(folder: String, pace: SimulatedPace = .scaled(10)) throws(HostFailure) {
        let parent = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let shared = parent.isEmpty ? ".internet" : parent.joined(separator: "/") + "/.internet"
        records = RecordStore(folder: shared)
        let speed =
            switch pace {
            case .instant: 1e6
            case .scaled(let speed): speed
            }
        let own = Beginning(epoch: SimulatedClock.realNow(), speed: speed)
        let agreed = try JSONRecord.decode(
            Beginning.self,
            from: try records.settle("time.json", try JSONRecord.encode(own))
        )
        clock = SimulatedClock(pace: .scaled(agreed.speed), epoch: agreed.epoch)
    }

    /// When simulated time began, and how fast it goes.
    private struct Beginning: Codable {
        var epoch: Int64
        var speed: Double
    }

    /// Simulated milliseconds since 1970.
    public func now() -> Int64 {
        clock.now()
    }

    /// The cluster whose server has this public address.
    func cluster(at address: String) -> SimulatedCluster {
        SimulatedCluster(address: address, records: records, meshes: meshes, now: clock.now())
    }
}

/// Records as JSON.
enum JSONRecord {
    static func encode(_ value: some Encodable) throws(HostFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw HostFailure(.other, "a simulated record cannot be written: \(error)")
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8]
    ) throws(HostFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw HostFailure(.other, "a simulated record cannot be read: \(error)")
        }
    }
}
