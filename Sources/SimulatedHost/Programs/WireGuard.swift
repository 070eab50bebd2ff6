import Plan
import Steps

// The mesh as this machine sees it.
extension SimulatedHost {
    func wg(_ arguments: [String], _ command: Command) throws(HostFailure) -> CommandResult {
        guard look({ $0.packages["wireguard-tools"] }) != nil else {
            throw HostFailure(.programMissing, "there is no program wg")
        }
        guard arguments == ["show", "kilo0", "dump"] else { throw Self.notSimulated(command) }
        guard let (own, mesh) = try mesh() else {
            let complaint = "Unable to access interface: No such device\n"
            return CommandResult(status: 1, standardError: complaint)
        }
        let privateKey = Base64.text(Self.randomBytes(32))
        var lines = ["\(privateKey)\t\(own.node.key)\t51820\toff"]
        let seen = internet.now() / 1000
        for peer in mesh.members where peer.node.name != own.node.name {
            let ranges = "\(peer.podCIDR),\(peer.node.internalAddress)/32,\(peer.address)/32"
            lines.append(
                "\(peer.node.key)\t(none)\t\(peer.endpoint)\t\(ranges)\t\(seen)\t1024\t1024\toff"
            )
        }
        return CommandResult(status: 0, standardOutput: lines.map { $0 + "\n" }.joined())
    }

    /// `-q -c N -W N [-M do -s BYTES] ADDRESS`.
    func ping(_ arguments: [String], _ command: Command) throws(HostFailure) -> CommandResult {
        guard let address = arguments.last else { throw Self.notSimulated(command) }
        let lost = CommandResult(status: 1, standardOutput: "3 packets transmitted, 0 received\n")
        guard let (_, mesh) = try mesh(),
            let peer = mesh.member(at: address),
            !faults.unreachable.contains(peer.node.publicAddress)
        else { return lost }
        if let option = arguments.firstIndex(of: "-s"), arguments.indices.contains(option + 1) {
            let bytes = (Int(arguments[option + 1]) ?? 0) + 28
            // WireGuard's own headers come on top, up to 80 bytes over IPv6.
            guard bytes <= mesh.mtu, bytes + 80 <= faults.pathMTU else { return lost }
        }
        // Another figure for each pair, the same one at each time.
        let milliseconds = peer.node.key.utf8.prefix(4).reduce(20) { $0 + Int($1) } % 190 + 10
        let time = "\(milliseconds).250"
        return CommandResult(
            status: 0,
            standardOutput: "3 packets transmitted, 3 received\n"
                + "rtt min/avg/max/mdev = \(time)/\(time)/\(time)/0.010 ms\n"
        )
    }

    /// This machine's place in the mesh, and the mesh; nothing where it is in none.
    func mesh() throws(HostFailure) -> (SimulatedMesh.Member, SimulatedMesh)? {
        for unit in [Self.serverUnit, Self.agentUnit] {
            guard try k3sPhase(of: unit) == .running, let configuration = configuration(of: unit)
            else { continue }
            let mesh = try internet.cluster(at: configuration.clusterAddress).mesh()
            return mesh.member(configuration.text("node-name")).map { ($0, mesh) }
        }
        return nil
    }
}
