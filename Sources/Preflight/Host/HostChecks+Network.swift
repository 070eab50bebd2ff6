import Plan

extension HostChecks {
    /// Addresses, routes, ports, firewall.
    func network(_ host: PlannedHost, _ seen: HostObservation) -> [Finding] {
        [
            internalAddress(host, seen),
            publicAddress(host, seen),
            defaultRoute(host, seen),
            overlap(host, seen),
            nameResolution(host, seen),
            ports(host, seen),
            firewall(host, seen),
        ]
    }

    private func internalAddress(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard seen.interfaces != nil else { return .unseen(.internalAddress, on: host.id) }
        if let interface = seen.interface(with: host.internalAddress) {
            return Finding(
                .internalAddress,
                on: host.id,
                .passed,
                "\(host.internalAddress) on \(interface.name)"
            )
        }
        let own = seen.addresses.map { "\($0.address) (\($0.interface.name))" }
        return Finding(
            .internalAddress,
            on: host.id,
            .failed,
            "\(host.internalAddress) is on no interface; there are: "
                + (own.isEmpty ? "none" : Amount.list(own)),
            remedy: CheckDescription.remedy(.internalAddress)
        )
    }

    private func publicAddress(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard seen.interfaces != nil else { return .unseen(.publicAddress, on: host.id) }
        let place = seen.interface(with: host.publicAddress)
        return Finding(
            .publicAddress,
            on: host.id,
            .passed,
            place.map { "\(host.publicAddress) on \($0.name)" }
                ?? "\(host.publicAddress) at a gateway"
        )
    }

    private func defaultRoute(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let routes = seen.routes else { return .unseen(.defaultRoute, on: host.id) }
        let way = routes.first { $0.destination == "0.0.0.0/0" }
        return .judge(
            .defaultRoute,
            on: host.id,
            way != nil,
            way.map { "over \($0.interface)" } ?? "none",
            remedy: CheckDescription.remedy(.defaultRoute)
        )
    }

    private func nameResolution(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let resolves = seen.resolvesNames else {
            return .unseen(.nameResolution, on: host.id)
        }
        return .judge(
            .nameResolution,
            on: host.id,
            resolves,
            resolves ? "found" : "not found",
            otherwise: .warning,
            remedy: CheckDescription.remedy(.nameResolution)
        )
    }

    /// Interfaces that K3s and Kilo make; on a machine of ours they lie in the cluster's networks.
    private static let ours: Set<String> = ["kilo0", "kube-bridge", "tunl0", "cni0"]

    private func overlap(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let interfaces = seen.interfaces else {
            return .unseen(.networkOverlap, on: host.id)
        }
        let own = interfaces.flatMap { interface in
            interface.addresses.map { (block: $0, interface: interface.name) }
        }
        let routed = (seen.routes ?? []).filter { $0.destination != "0.0.0.0/0" }
            .map { (block: $0.destination, interface: $0.interface) }
        let clashes = (own + routed)
            .filter { !(seen.isOurs && Self.ours.contains($0.interface)) }
            .compactMap { block, interface -> String? in
                guard let network = IPv4Network(masking: block) else { return nil }
                let clash = clusterNetworks.first { $0.block.overlaps(network) }
                return clash.map { "\(network) on \(interface) and \($0.field) \($0.block)" }
            }
        let distinct = clashes.reduce(into: [String]()) { found, clash in
            if !found.contains(clash) { found.append(clash) }
        }
        return .judge(
            .networkOverlap,
            on: host.id,
            distinct.isEmpty,
            distinct.isEmpty ? "none" : Amount.list(distinct, limit: 2),
            remedy: CheckDescription.remedy(.networkOverlap)
        )
    }

    private var clusterNetworks: [(field: String, block: IPv4Network)] {
        [
            ("k3s.clusterCIDR", k3s.clusterCIDR), ("k3s.serviceCIDR", k3s.serviceCIDR),
            ("mesh.subnet", mesh.subnet),
        ].compactMap { field, text in IPv4Network(masking: text).map { (field, $0) } }
    }

    /// The ports that K3s (docs/installation/requirements) and Kilo (`--listen`, `--port`) need.
    private func neededPorts(_ host: PlannedHost) -> [(HostObservation.Transport, Int)] {
        let everywhere = [1107, 6444, 10_248, 10_249, 10_250, 10_256]
        let onServers = [2379, 2380, 6443, 10_257, 10_258, 10_259]
        let tcp = everywhere + (host.role == .server ? onServers : [])
        return [(.udp, mesh.port)] + tcp.sorted().map { (.tcp, $0) }
    }

    private func ports(_ host: PlannedHost, _ seen: HostObservation) -> Finding {
        guard let listeners = seen.listeners else { return .unseen(.ports, on: host.id) }
        if seen.isOurs {
            return Finding(.ports, on: host.id, .passed, "K3s is here, set up from a plan")
        }
        let taken = neededPorts(host).compactMap { transport, port -> String? in
            let listener = listeners.first { $0.transport == transport && $0.port == port }
            guard let listener else { return nil }
            let program =
                listener.program.isEmpty ? "the kernel or a hidden program" : listener.program
            return "\(port)/\(transport.rawValue) by \(program)"
        }
        return .judge(
            .ports,
            on: host.id,
            taken.isEmpty,
            taken.isEmpty ? "free" : Amount.list(taken),
            remedy: CheckDescription.remedy(.ports)
        )
    }
}

extension IPv4Network {
    /// A block from `ADDRESS/PREFIX`, with the bits behind the prefix left out; nothing where it is none.
    init?(masking text: String) {
        let halves = text.split(separator: "/")
        guard halves.count == 2, let address = try? IPv4Address(parsing: String(halves[0])),
            let prefix = Int(halves[1]), (0...32).contains(prefix)
        else { return nil }
        let mask: UInt32 = prefix == 0 ? 0 : UInt32.max << UInt32(32 - prefix)
        let base = IPv4Address(bits: address.bits & mask)
        guard let block = try? IPv4Network(parsing: "\(base)/\(prefix)", prefixes: 0...32) else {
            return nil
        }
        self = block
    }
}
