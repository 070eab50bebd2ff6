/// What a simulated machine is, apart from its files.
struct MachineState: Codable, Sendable, Equatable {
    var hostname = "localhost"
    /// Installed packages and their versions.
    var packages: [String: String] = [:]
    /// K3s' units, by name, once the install script has made them.
    var units: [String: UnitRecord] = [:]
}

/// A unit that exists.
struct UnitRecord: Codable, Sendable, Equatable {
    var enabled = false
    /// When it was started last; nothing while it is stopped.
    var startedAt: Int64?
    /// The configuration that it was started with.
    var configuration = ""
    /// Its journal, the oldest line first.
    var journal: [String] = []

    /// Adds a line, unless it would only repeat the last one.
    mutating func log(_ line: String) {
        guard journal.last != line else { return }
        journal.append(line)
        journal.removeFirst(max(0, journal.count - 200))
    }
}
