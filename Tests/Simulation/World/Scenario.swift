import Conduct
import Plan
import RolloutEngine
import Steps

/// What one seed plays: hosts, steps and how they behave, limits, and which misfortunes there are.
struct Scenario: Sendable {
    /// How a step behaves, whenever it is run.
    struct Behaviour: Sendable {
        /// Milliseconds that a run takes.
        var duration: ClosedRange<Int64>
        /// How many runs fail before one does not.
        var failures = 0
        /// Whether they say that a repetition cannot help.
        var isPermanent = false
        /// Milliseconds it takes to heed a cancellation.
        var deafness: ClosedRange<Int64> = 0...2000
        /// Names of the secrets it makes.
        var outputs: Set<String> = []
    }

    static let rollout = RolloutID(random: 0x5EED)

    let hosts: [HostID]
    let graph: StepGraph
    let limits: RolloutLimits
    let behaviours: [StepID: Behaviour]
    let misfortunes: Misfortunes
    /// Milliseconds that a message travels at least.
    let distance: Int64
    /// Steps that have nothing to do, as long as nothing changes that they build on.
    let done: Set<StepID>
    /// How many steps an agent looks at at once.
    let looksAtOnce: Int

    init(seed: UInt64) {
        var chance = Chance(seed: seed)
        hosts = Self.hosts(&chance)
        let servers = Set(hosts.prefix(1 + chance.below(min(3, hosts.count))))
        var builder = GraphBuilder(hosts: hosts, servers: servers)
        if chance.once(in: 2) { builder.addCluster(&chance) } else { builder.addWeb(&chance) }
        graph = builder.graph
        limits = Self.limits(hosts: hosts, servers: servers, &chance)
        behaviours = builder.behaviours(&chance)
        misfortunes = Misfortunes(&chance)
        distance = chance.skewedTime(0...300)
        done = Self.done(graph, &chance)
        looksAtOnce = 1 + chance.below(4)
    }

    /// The steps as a coordinator freezes them.
    var frozen: FrozenRollout {
        let spelled = graph.steps.map {
            ($0.id.description, FrozenRollout.FrozenStep(kind: $0.kind, parameters: "{}"))
        }
        return FrozenRollout(
            graph: graph,
            steps: Dictionary(spelled) { first, _ in first },
            limits: limits,
            artifacts: ResolvedArtifacts(k3s: [:], installScript: "", kiloCRDs: [], kilo: [])
        )
    }

    /// Milliseconds within which a rollout ends once nothing goes wrong any more and an operator
    /// resumes it so many times.
    func patience(resumptions: Int) -> Int64 {
        let attempt = graph.steps.map(\.timeout).reduce(0, max) + 180_000
        let tries = Int64(graph.steps.count * limits.attempts * (resumptions + 1))
        return tries * attempt + limits.absence * Int64(hosts.count + resumptions) + 3_600_000
    }

    private static func hosts(_ chance: inout Chance) -> [HostID] {
        let count = chance.once(in: 8) ? 6 + chance.below(3) : 1 + chance.below(5)
        return (0..<count).compactMap { HostID("h\($0)") }
    }

    /// Nothing, or most of what an earlier rollout would have left.
    private static func done(_ graph: StepGraph, _ chance: inout Chance) -> Set<StepID> {
        guard chance.once(in: 2) else { return [] }
        let rarity = 2 + chance.below(20)
        return Set(graph.steps.map(\.id).filter { _ in !chance.once(in: rarity) })
    }

    private static func limits(
        hosts: [HostID],
        servers: Set<HostID>,
        _ chance: inout Chance
    ) -> RolloutLimits {
        let agents = Set(hosts).subtracting(servers)
        return RolloutLimits(
            parallelism: 1 + chance.below(hosts.count + 1),
            groups: [
                HostGroup(hosts: servers, parallelism: chance.once(in: 4) ? 2 : 1),
                HostGroup(hosts: agents, parallelism: 1 + chance.below(4)),
            ],
            attempts: 1 + chance.below(4),
            absence: chance.once(in: 2) ? 600_000 : chance.time(20_000...120_000),
            failure: FailurePolicy.allCases.randomElement(using: &chance) ?? .pause,
            failedHosts: chance.once(in: 2) ? nil : 1 + chance.below(3)
        )
    }
}

/// Puts steps together.
private struct GraphBuilder {
    let hosts: [HostID]
    let servers: Set<HostID>
    private var steps: [StepNode] = []

    init(hosts: [HostID], servers: Set<HostID>) {
        self.hosts = hosts
        self.servers = servers
    }

    /// Complete and free of cycles by the way it is built.
    var graph: StepGraph {
        do {
            return try StepGraph(steps)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// A cluster: preparation everywhere, servers one after another, a token made on the first server
    /// for each agent.
    mutating func addCluster(_ chance: inout Chance) {
        var last: [HostID: StepID] = [:]
        for host in hosts {
            for kind in ["hostname", "tools"].prefix(1 + chance.below(2)) {
                last[host] = add(kind, on: host, after: [last[host]], &chance)
            }
        }
        var earlier: StepID?
        let first = hosts[0]
        for host in hosts where servers.contains(host) {
            earlier = add("server", on: host, after: [last[host], earlier], &chance)
            last[host] = earlier
        }
        for host in hosts where !servers.contains(host) {
            let token = add("token", on: first, about: host, after: [last[first]], &chance)
            let inputs = ["token": OutputReference(step: token, name: "token")]
            last[host] = add(
                "agent",
                on: host,
                after: [last[host], token],
                handed: inputs,
                &chance
            )
        }
        _ = add("check", on: first, after: Array(last.values).sorted(), &chance)
    }

    /// Steps that depend on each other as it comes.
    mutating func addWeb(_ chance: inout Chance) {
        for number in 0..<(2 + chance.below(14)) {
            let host = hosts[chance.below(hosts.count)]
            let subject = chance.once(in: 4) ? hosts[chance.below(hosts.count)] : host
            var before: [StepID] = []
            var inputs: [String: OutputReference] = [:]
            for _ in 0..<chance.below(3) where !steps.isEmpty {
                before.append(steps[chance.below(steps.count)].id)
            }
            if let source = before.first, chance.once(in: 3) {
                inputs["secret"] = OutputReference(step: source, name: "secret")
            }
            _ = add(
                "web-\(number)",
                on: host,
                about: subject,
                after: before,
                handed: inputs,
                &chance
            )
        }
    }

    private mutating func add(
        _ kind: String,
        on executor: HostID,
        about subject: HostID? = nil,
        after dependencies: [StepID?],
        handed inputs: [String: OutputReference] = [:],
        _ chance: inout Chance
    ) -> StepID {
        let subject = subject ?? executor
        let id = StepID("\(subject).\(kind)")
        steps.append(
            StepNode(
                id: id,
                executor: executor,
                subject: subject,
                kind: kind,
                title: "\(kind) on \(subject)",
                dependsOn: dependencies.compactMap { $0 },
                inputs: inputs,
                timeout: chance.skewedTime(5000...300_000)
            )
        )
        return id
    }

    /// Most steps are quick and work; some are slow, fail for a while, or fail always.
    func behaviours(_ chance: inout Chance) -> [StepID: Scenario.Behaviour] {
        var behaviours: [StepID: Scenario.Behaviour] = [:]
        let clumsiness = 2 + chance.below(12)
        for step in steps {
            let most = chance.skewedTime(1...30_000)
            var behaviour = Scenario.Behaviour(duration: most / 4...most)
            if chance.once(in: 12) { behaviour.duration = step.timeout / 2...step.timeout * 2 }
            if chance.once(in: 12) { behaviour.deafness = 5000...60_000 }
            if chance.once(in: clumsiness) {
                behaviour.failures = chance.once(in: 3) ? .max : 1 + chance.below(3)
                behaviour.isPermanent = chance.once(in: 4)
            }
            behaviours[step.id] = behaviour
        }
        for reference in steps.flatMap(\.inputs.values) {
            behaviours[reference.step]?.outputs.insert(reference.name)
        }
        return behaviours
    }
}
