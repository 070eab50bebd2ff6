public import Plan

/// What a plan asks of the ways between its hosts, held against what they measured.
public struct PathChecks: Sendable {
    /// Bytes that WireGuard adds to a packet over IPv4: 20 of IP, 8 of UDP, 32 of its own.
    public static let overhead = 60

    let plan: ClusterPlan
    let matrix: PathMatrix

    /// Checks for the ways that were measured.
    public init(_ plan: ClusterPlan, _ matrix: PathMatrix) {
        self.plan = plan
        self.matrix = matrix
    }

    /// All that is judged of ways, by check and in the plan's order of hosts. What passes on every way of a
    /// host is said once.
    public func findings() -> [Finding] {
        let found = plan.hosts.flatMap { host -> [Finding] in
            var found = wireGuardPath(to: host)
            if host.role == .server { found += serverPath(to: host) }
            found += ways(from: host, .pathMTU, pathMTU) + ways(from: host, .packetLoss, packetLoss)
            found += ways(from: host, .reordering, reordering)
            found += ways(from: host, .roundTrip, roundTrip)
            found.append(addressTranslation(host))
            return found
        }
        return found.map { $0.ignoring(plan.policies.ignoredChecks) }
            .sorted {
                HostChecks.order[$0.check, default: 0] < HostChecks.order[$1.check, default: 0]
            }
    }

    // MARK: Reaching

    private func wireGuardPath(to host: PlannedHost) -> [Finding] {
        let ways = matrix.partners(of: host.id, incoming: true).filter(\.path.hasDatagrams)
        guard !ways.isEmpty else { return [unmeasured(.wireGuardPath, host)] }
        // Behind a NAT nobody can begin; WireGuard keeps the way open from inside.
        if host.behindNAT {
            return [
                Finding(.wireGuardPath, on: host.id, .skipped, "behind NAT: it calls the others")
            ]
        }
        let blocked = ways.filter { !$0.path.isOpen }
        let remedy =
            "on \(host.id) let UDP \(plan.mesh.port) in: "
            + CheckDescription.remedy(.wireGuardPath)
        if blocked.count == ways.count, ways.count > 1 {
            return [
                Finding(
                    .wireGuardPath,
                    on: host.id,
                    .failed,
                    "UDP \(plan.mesh.port) is reached by none of the \(ways.count) others"
                        + complaint(blocked.map(\.path)),
                    remedy: remedy
                )
            ]
        }
        guard !blocked.isEmpty else {
            return [
                Finding(
                    .wireGuardPath,
                    on: host.id,
                    .passed,
                    "UDP \(plan.mesh.port) is reached by all \(ways.count)"
                )
            ]
        }
        return blocked.map { from, path in
            Finding(
                .wireGuardPath,
                on: from,
                to: host.id,
                .failed,
                "\(path.answered) of \(path.sent) datagrams to UDP \(plan.mesh.port) were answered"
                    + complaint([path]),
                remedy: remedy
            )
        }
    }

    private func serverPath(to host: PlannedHost) -> [Finding] {
        let ways = matrix.partners(of: host.id, incoming: true).filter { $0.path.connection != nil }
        guard !ways.isEmpty else { return [unmeasured(.serverPath, host)] }
        let closed = ways.filter { $0.path.connection != .open }
        guard !closed.isEmpty else {
            return [
                Finding(
                    .serverPath,
                    on: host.id,
                    .passed,
                    "TCP 6443 is reached by all \(ways.count)"
                )
            ]
        }
        return closed.map { from, path in
            Finding(
                .serverPath,
                on: from,
                to: host.id,
                .failed,
                "TCP 6443 is \(path.connection?.rawValue ?? "not reached")",
                remedy: "on \(host.id): " + CheckDescription.remedy(.serverPath)
            )
        }
    }

    // MARK: Quality

    /// One finding for all ways of a host that pass, and one for each that does not.
    private func ways(
        from host: PlannedHost,
        _ check: PreflightCheck,
        _ judge: (HostID, HostID, PathMeasurement) -> Finding
    ) -> [Finding] {
        let open = matrix.partners(of: host.id, incoming: false).filter(\.path.isOpen)
        guard !open.isEmpty else { return [unmeasured(check, host)] }
        let judged = open.map { judge(host.id, $0.host, $0.path) }
        let bad = judged.filter { $0.verdict != .passed }
        guard bad.isEmpty else { return bad }
        let worst = judged.max { $0.observed.count < $1.observed.count }?.observed ?? ""
        return [
            Finding(
                check,
                on: host.id,
                .passed,
                judged.count == 1 ? worst : "good on all \(judged.count) ways"
            )
        ]
    }

    private func pathMTU(_ from: HostID, _ to: HostID, _ path: PathMeasurement) -> Finding {
        guard let mtu = path.pathMTU else {
            return Finding(.pathMTU, on: from, to: to, .skipped, "was not measured")
        }
        let needed = plan.mesh.mtu + Self.overhead
        return .way(
            .pathMTU,
            from,
            to,
            mtu >= needed,
            "\(mtu) bytes; the mesh needs \(needed)",
            otherwise: .failed,
            remedy: "set mesh.mtu to \(PathDecisions.meshMTU(for: mtu)) in the plan, or let ICMP "
                + "'fragmentation needed' through"
        )
    }

    private func packetLoss(_ from: HostID, _ to: HostID, _ path: PathMeasurement) -> Finding {
        let loss = path.lossPerMille ?? 0
        return .way(
            .packetLoss,
            from,
            to,
            loss < 10,
            "\(loss / 10).\(loss % 10) % (\(path.sent - path.answered) of \(path.sent))",
            otherwise: .warning,
            remedy: CheckDescription.remedy(.packetLoss)
        )
    }

    private func reordering(_ from: HostID, _ to: HostID, _ path: PathMeasurement) -> Finding {
        .way(
            .reordering,
            from,
            to,
            path.reordered * 20 < max(1, path.answered),
            "\(path.reordered) of \(path.answered)",
            otherwise: .warning,
            remedy: CheckDescription.remedy(.reordering)
        )
    }

    private func roundTrip(_ from: HostID, _ to: HostID, _ path: PathMeasurement) -> Finding {
        guard let time = path.roundTrip else {
            return Finding(.roundTrip, on: from, to: to, .skipped, "was not measured")
        }
        return .way(
            .roundTrip,
            from,
            to,
            time.median < 400_000,
            "\(Amount.milliseconds(ofMicroseconds: time.median)), late "
                + Amount.milliseconds(ofMicroseconds: time.late),
            otherwise: .warning,
            remedy: CheckDescription.remedy(.roundTrip)
        )
    }

    // MARK: Addresses

    private func addressTranslation(_ host: PlannedHost) -> Finding {
        let seen = matrix.partners(of: host.id, incoming: false).compactMap(\.path.seen)
        let ports = matrix.partners(of: host.id, incoming: false)
            .filter { $0.path.seen != nil }.map { ($0.path.seen?.port, $0.path.ownPort) }
        guard let first = seen.first else { return unmeasured(.addressTranslation, host) }
        let addresses = Set(seen.map(\.address)).sorted()
        if addresses != [host.publicAddress] {
            return Finding(
                .addressTranslation,
                on: host.id,
                .warning,
                "the others see \(Amount.list(addresses)); the plan says \(host.publicAddress)",
                remedy:
                    "set addresses.public to \(first.address), or behindNAT: true where that is a "
                    + "gateway for outgoing packets only"
            )
        }
        let isTranslated = ports.contains { $0 != $1 }
        let isStable = Set(seen.map(\.port)).count == 1
        if isTranslated, !isStable, !host.behindNAT {
            return Finding(
                .addressTranslation,
                on: host.id,
                .warning,
                "a gateway gives it another port for each partner",
                remedy: "say behindNAT: true, and let the others be reached directly"
            )
        }
        return Finding(
            .addressTranslation,
            on: host.id,
            .passed,
            "seen as \(first.address)" + (isTranslated ? ", with another port" : "")
        )
    }

    private func unmeasured(_ check: PreflightCheck, _ host: PlannedHost) -> Finding {
        let reasons = matrix.results.compactMap { way, result -> String? in
            guard case .skipped(let words) = result, way.from == host.id || way.to == host.id else {
                return nil
            }
            return words
        }
        return Finding(check, on: host.id, .skipped, reasons.min() ?? "was not measured")
    }

    private func complaint(_ paths: [PathMeasurement]) -> String {
        guard let words = paths.map(\.complaint).first(where: { !$0.isEmpty }) else { return "" }
        return "; the network says: \(words)"
    }
}

extension Finding {
    fileprivate static func way(
        _ check: PreflightCheck,
        _ from: HostID,
        _ to: HostID,
        _ isGood: Bool,
        _ observed: String,
        otherwise verdict: Verdict,
        remedy: String
    ) -> Finding {
        Finding(
            check,
            on: from,
            to: to,
            isGood ? .passed : verdict,
            observed,
            remedy: isGood ? "" : remedy
        )
    }
}
