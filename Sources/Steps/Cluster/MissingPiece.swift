/// The first thing that keeps a node out of the mesh.
struct MissingPiece: Sendable, Equatable {
    var node: String
    var what: String
    var remedy: String
}

extension ExpectedNode {
    /// Seconds after which Kilo forgets a node that has not checked in.
    private static let memory: Int64 = 60

    /// Kilo's own rule, in the order in which the pieces come to be: the node, its WireGuard key, its
    /// endpoint, its pods' range, the granularity, a check-in by this machine's clock, the mesh address; then Ready.
    /// Seconds since 1970 in `now`.
    func firstMissing(in node: KubernetesNode?, now: Int64) -> MissingPiece? {
        guard let node else {
            return piece("not registered", "See `journalctl -u k3s-agent` on \(name).")
        }
        return missingFromKilo(node) ?? staleCheckIn(node, now) ?? missingAddress(node)
            ?? notReady(node)
    }

    private func missingFromKilo(_ node: KubernetesNode) -> MissingPiece? {
        let pods =
            "See `k3s kubectl -n kube-system get pods -o wide` on the server: a pod "
            + "`kilo-…` must run on \(name)."
        if node.annotation(.key) == nil { return piece("Kilo has set no WireGuard key yet", pods) }
        guard let found = node.annotation(.endpoint) else {
            return piece("Kilo has set no endpoint yet", pods)
        }
        if let endpoint, found != endpoint {
            return piece(
                "Kilo announces the endpoint \(found) instead of \(endpoint)",
                "The annotation kilo.squat.ai/force-endpoint has been changed; run the rollout "
                    + "again."
            )
        }
        if node.spec?.podCIDR == nil {
            return piece(
                "Kubernetes has given it no range for its pods yet",
                "See `journalctl -u k3s` on the server; k3s.clusterCIDR must have room for a /24 "
                    + "for each node."
            )
        }
        if node.annotation(.granularity) != "full" {
            let found = node.annotation(.granularity) ?? "none"
            return piece(
                "Kilo's granularity is \(found), not full",
                "DaemonSet kube-system/kilo must run with --mesh-granularity=full; run the "
                    + "rollout again."
            )
        }
        return nil
    }

    private func staleCheckIn(_ node: KubernetesNode, _ now: Int64) -> MissingPiece? {
        // Whoever may annotate the node may write any number.
        guard let seen = node.annotation(.lastSeen).flatMap({ Int64($0) }), seen >= 0 else {
            return piece("Kilo has not checked in yet", "")
        }
        let age = now - seen
        guard abs(age) >= Self.memory else { return nil }
        let side = age > 0 ? "behind" : "ahead of"
        return piece(
            "Kilo's last check-in is \(abs(age)) s \(side) the server's clock",
            "Either Kilo stands still on \(name), or the clocks differ by more than a minute, "
                + "which keeps a node out of the mesh: see `timedatectl` on both machines."
        )
    }

    private func missingAddress(_ node: KubernetesNode) -> MissingPiece? {
        guard node.annotation(.wireguardIP) == nil else { return nil }
        return piece(
            "Kilo has given it no WireGuard address yet",
            "See `k3s kubectl -n kube-system logs ds/kilo -c kilo` on the server."
        )
    }

    private func notReady(_ node: KubernetesNode) -> MissingPiece? {
        guard let ready = node.ready else { return piece("its kubelet says nothing yet", "") }
        guard ready.status != "True" else { return nil }
        let why = Redaction.line(ready.message ?? ready.reason ?? "no reason given")
        return piece(
            "not Ready: \(why)",
            "See `k3s kubectl describe node \(name)` on the server."
        )
    }

    private func piece(_ what: String, _ remedy: String) -> MissingPiece {
        MissingPiece(node: name, what: what, remedy: remedy)
    }
}
