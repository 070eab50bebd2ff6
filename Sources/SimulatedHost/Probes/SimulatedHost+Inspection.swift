import Plan
public import Preflight
import Steps
import Trust

extension SimulatedHost: HostInspector {
    /// A small server of a cloud on which all is well, but for its faults. Nothing is measured.
    public func observation() async -> HostObservation {
        var seen = HostObservation()
        let known = try? await facts()
        seen.distribution = "simulated"
        seen.architecture = known?.architecture.rawValue ?? ""
        seen.kernel = "6.1.0-simulated"
        seen.isSystemd = true
        seen.isRoot = true
        seen.cgroupControllers = ["cpu", "memory", "pids"]
        seen.memory = 4_000_000_000
        seen.processors = 2
        seen.diskFree = 32_000_000_000
        seen.isClockSynchronized = true
        seen.entropy = 256
        seen.hostname = known?.hostname ?? ""
        seen.machineID = String(SHA256.hex(Array("machine \(id)".utf8)).prefix(32))
        seen.productUUID = String(SHA256.hex(Array("product \(id)".utf8)).prefix(32))
        seen.isOurs = await K3sOwnership.isOurs(self)
        seen.packages = .init(hasSources: true)
        seen.wireGuard = known?.kernelWireGuard == false ? .userspace : .kernel
        lookAtNetwork(known?.addresses ?? [], &seen)
        return seen
    }

    private func lookAtNetwork(_ addresses: [String], _ seen: inout HostObservation) {
        if !addresses.isEmpty {
            seen.interfaces = [
                .init(
                    name: "eth0",
                    mtu: faults.pathMTU,
                    addresses: addresses.filter { !$0.contains(":") }.map { "\($0)/24" }
                )
            ]
        }
        seen.routes = [.init(destination: "0.0.0.0/0", interface: "eth0")]
        seen.resolvesNames = true
        seen.listeners = faults.takenPorts.map {
            .init(transport: .tcp, port: $0, program: "simulated")
        }
        seen.packetFilter = faults.packetFilter
    }
}

extension SimulatedHost: NetworkProber {
    /// WireGuard has the port where K3s has been started.
    public func listen(_ order: ListeningOrder) async -> ListeningReport {
        let isTaken = look { !$0.units.isEmpty }
        let refusal = isTaken ? ListeningReport.taken : ""
        return ListeningReport(udpRefusal: refusal, tcpRefusal: refusal)
    }

    /// A way of a few hundred kilometres, but for the faults.
    public func measure(_ order: PathOrder) async -> PathMeasurement {
        var path = PathMeasurement()
        let isReached = !faults.unreachable.contains(order.address)
        if order.tcpPort != 0 { path.connection = isReached ? .open : .silent }
        guard order.udpPort != 0 else { return path }
        path.sent = order.roundTrips + (isReached ? order.packets : 0)
        guard isReached else { return path }
        path.answered = path.sent * (1000 - min(max(0, faults.packetLossPerMille), 1000)) / 1000
        let length = Int64(order.address.utf8.reduce(0) { $0 + Int($1) } % 100)
        let shortest = 20_000 + length * 1000
        path.roundTrip = .init(
            shortest: shortest,
            median: shortest + 500,
            late: shortest + 2000
        )
        path.pathMTU = min(order.largestPacket, faults.pathMTU)
        path.ownPort = 40_000
        path.seen = await publicAddress.map { .init(address: $0, port: path.ownPort) }
        return path
    }

    /// The first address that the internet knows; nothing where the machine was given none.
    private var publicAddress: String? {
        get async {
            (try? await facts())?.addresses.first {
                (try? IPv4Address(parsing: $0))?.specialKind == nil
            }
        }
    }

    /// Nothing is open.
    public func stopListening() async {}
}
