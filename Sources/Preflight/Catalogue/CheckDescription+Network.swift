import Plan

extension CheckDescription {
    static let network: [CheckDescription] = [
        .init(
            .internalAddress,
            .network,
            bound: "on one of the host's interfaces",
            "the kubelet refuses an address that is on no interface",
            remedy: "name the address that `ip -4 address` shows as addresses.internal"
        ),
        .init(
            .publicAddress,
            .network,
            bound: "on an interface, or at a gateway that translates 1:1",
            "behind a gateway WireGuard has to be told the address (force-endpoint)",
            remedy: ""
        ),
        .init(
            .defaultRoute,
            .network,
            bound: "there is one",
            "K3s takes its addresses from it, and images come over it",
            remedy: "ip route add default via GATEWAY"
        ),
        .init(
            .networkOverlap,
            .network,
            bound: "no interface and no route lies in the cluster's networks",
            "packets for pods would go to the provider's network instead, or the other way round",
            remedy: "choose others in the plan: k3s.clusterCIDR, k3s.serviceCIDR, mesh.subnet"
        ),
        .init(
            .nameResolution,
            .network,
            .warning,
            bound: "a name of the internet is found",
            "images are fetched by name",
            remedy: "look at /etc/resolv.conf: resolvectl status"
        ),
        .init(
            .ports,
            .network,
            bound:
                "free: WireGuard's, 10250, 10248, 10249, 10256, 6444, 1107; on a server 6443, 2379, "
                + "2380, 10257, 10258, 10259",
            "K3s and Kilo listen there, and end where somebody else does",
            remedy: "stop the program: systemctl disable --now UNIT"
        ),
        .init(
            .firewall,
            .network,
            bound: "no rule keeps out WireGuard's port, a server's 6443, or what is forwarded",
            "images of some clouds (Ubuntu at Oracle) bring REJECT rules that no console shows",
            remedy:
                "iptables -I INPUT -p udp --dport 51820 -j ACCEPT, and netfilter-persistent save"
        ),
    ]

    static let paths: [CheckDescription] = [
        .init(
            .wireGuardPath,
            .paths,
            bound: "datagrams of each host reach WireGuard's port of each other",
            "a pair that does not reach each other shares no mesh",
            remedy: "open the port for UDP from everywhere: in the cloud's console (AWS, Tencent: "
                + "security group; Oracle: security list or network security group; Azure: NSG; "
                + "Google: VPC firewall rule) and in the host's firewall"
        ),
        .init(
            .serverPath,
            .paths,
            bound: "each host reaches port 6443 of each server",
            "agents join and stay over it",
            remedy: "open TCP 6443 from the hosts' addresses: in the cloud's console and in the "
                + "host's firewall"
        ),
        .init(
            .pathMTU,
            .paths,
            bound: "mesh.mtu and 60 bytes for WireGuard pass unbroken",
            "larger packets vanish without a word: connections open and then stand still",
            remedy: "set mesh.mtu in the plan to the smallest path less 80"
        ),
        .init(
            .packetLoss,
            .paths,
            .warning,
            bound: "under 1 %; from 20 % on the way counts as blocked",
            "K3s' and etcd's connections slow down sharply from 1 % on",
            remedy: "ask the provider, or take a region with a better way"
        ),
        .init(
            .reordering,
            .paths,
            .warning,
            bound: "under 5 % of packets",
            "TCP takes reordering for loss",
            remedy: "ask the provider whether the way is spread over several links"
        ),
        .init(
            .roundTrip,
            .paths,
            .warning,
            bound: "median under 400 ms",
            "the kubelet's calls take several round trips each",
            remedy: "put the server nearer to the others"
        ),
        .init(
            .addressTranslation,
            .paths,
            .warning,
            bound: "the others see the plan's public address, and the same port each time",
            "WireGuard answers to the address that it sees",
            remedy: "correct addresses.public, or say behindNAT: true"
        ),
    ]
}
