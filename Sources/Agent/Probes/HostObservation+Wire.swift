public import Preflight
public import Protocol
import SwiftProtobuf

extension WireHostObservation {
    /// What was seen, on the wire.
    public init(_ seen: HostObservation) {
        self.init()
        distribution = seen.distribution
        distributionVersion = seen.distributionVersion
        architecture = seen.architecture
        kernel = seen.kernel
        hostname = seen.hostname
        machineID = seen.machineID
        productUuid = seen.productUUID
        remains = seen.remains
        ours = seen.isOurs
        nativeRefusals = seen.nativeRefusals
        wireguard = seen.wireGuard?.rawValue ?? ""
        setFigures(of: seen)
        setNetwork(of: seen)
    }

    private mutating func setFigures(of seen: HostObservation) {
        if let value = seen.isSystemd { systemd = value }
        if let value = seen.isRoot { root = value }
        if let value = seen.cgroupControllers { controlGroups = .with { $0.controllers = value } }
        if let value = seen.memory { memoryBytes = value }
        if let value = seen.processors { processors = Int32(clamping: value) }
        if let value = seen.diskFree { diskFreeBytes = value }
        if let value = seen.isClockSynchronized { clockSynchronized = value }
        if let value = seen.entropy { entropyBits = Int32(clamping: value) }
        if let value = seen.resolvesNames { resolvesNames = value }
        if let value = seen.packages {
            packageManager = .with {
                $0.sources = value.hasSources
                $0.lockHolder = value.lockHolder ?? ""
                $0.interrupted = value.isInterrupted
            }
        }
    }

    private mutating func setNetwork(of seen: HostObservation) {
        if let value = seen.interfaces {
            interfaces.interfaces = value.map { interface in
                .with {
                    $0.name = interface.name
                    $0.mtu = Int32(clamping: interface.mtu)
                    $0.addresses = interface.addresses
                }
            }
        }
        if let value = seen.routes {
            routes.routes = value.map { route in
                .with {
                    $0.destination = route.destination
                    $0.interface = route.interface
                }
            }
        }
        if let value = seen.listeners {
            listeners.listeners = value.map { listener in
                .with {
                    $0.transport = listener.transport.rawValue
                    $0.port = Int32(clamping: listener.port)
                    $0.program = listener.program
                }
            }
        }
        if let value = seen.packetFilter { packetFilter = .with { $0.lines = value } }
    }
}

extension HostObservation {
    /// What an agent says that it saw. Words are made fit to be shown, and lists have bounds.
    public init(_ wire: WireHostObservation) {
        self.init()
        distribution = Bounded.word(wire.distribution)
        distributionVersion = Bounded.word(wire.distributionVersion)
        architecture = Bounded.word(wire.architecture)
        kernel = Bounded.word(wire.kernel)
        hostname = Bounded.word(wire.hostname)
        machineID = Bounded.word(wire.machineID)
        productUUID = Bounded.word(wire.productUuid)
        remains = Bounded.words(wire.remains)
        isOurs = wire.ours
        nativeRefusals = Bounded.words(wire.nativeRefusals)
        wireGuard = WireGuard(rawValue: wire.wireguard)
        takeFigures(of: wire)
        takeNetwork(of: wire)
    }

    private mutating func takeFigures(of wire: WireHostObservation) {
        if wire.hasSystemd { isSystemd = wire.systemd }
        if wire.hasRoot { isRoot = wire.root }
        if wire.hasControlGroups {
            cgroupControllers = Bounded.words(wire.controlGroups.controllers)
        }
        if wire.hasMemoryBytes { memory = max(0, wire.memoryBytes) }
        if wire.hasProcessors { processors = Int(max(0, wire.processors)) }
        if wire.hasDiskFreeBytes { diskFree = max(0, wire.diskFreeBytes) }
        if wire.hasClockSynchronized { isClockSynchronized = wire.clockSynchronized }
        if wire.hasEntropyBits { entropy = Int(max(0, wire.entropyBits)) }
        if wire.hasResolvesNames { resolvesNames = wire.resolvesNames }
        if wire.hasPackageManager {
            let manager = wire.packageManager
            packages = Packages(
                hasSources: manager.sources,
                lockHolder: manager.lockHolder.isEmpty ? nil : Bounded.word(manager.lockHolder),
                isInterrupted: manager.interrupted
            )
        }
    }

    private mutating func takeNetwork(of wire: WireHostObservation) {
        if wire.hasInterfaces {
            interfaces = wire.interfaces.interfaces.prefix(Bounded.entries).map {
                Interface(
                    name: Bounded.word($0.name),
                    mtu: Int($0.mtu),
                    addresses: Bounded.words($0.addresses)
                )
            }
        }
        if wire.hasRoutes {
            routes = wire.routes.routes.prefix(Bounded.entries).map {
                Route(
                    destination: Bounded.word($0.destination),
                    interface: Bounded.word($0.interface)
                )
            }
        }
        if wire.hasListeners {
            listeners = wire.listeners.listeners.prefix(Bounded.entries).compactMap { listener in
                Transport(rawValue: listener.transport).map {
                    Listener(
                        transport: $0,
                        port: Int(listener.port),
                        program: Bounded.word(listener.program)
                    )
                }
            }
        }
        if wire.hasPacketFilter { packetFilter = Bounded.words(wire.packetFilter.lines) }
    }
}
