import Plan

extension CheckDescription {
    static let machine: [CheckDescription] = [
        .init(
            .operatingSystem,
            .machine,
            bound: "Debian 12 or newer, Ubuntu 22.04 or newer",
            "packages come from apt, and other releases were not tried",
            remedy: "install Debian 12 or Ubuntu 24.04 on the server"
        ),
        .init(
            .architecture,
            .machine,
            bound: "amd64 or arm64",
            "there is no other K3s binary here",
            remedy: "take a server with another processor"
        ),
        .init(
            .kernel,
            .machine,
            bound: "Linux 5.6 or newer",
            "WireGuard came into the kernel with 5.6",
            remedy: "apt full-upgrade, then reboot"
        ),
        .init(
            .systemd,
            .machine,
            bound: "is the first process",
            "K3s and the agent are systemd's units",
            remedy: "take an image with systemd; a container has none"
        ),
        .init(
            .root,
            .machine,
            bound: "the agent runs as root",
            "it installs packages and units",
            remedy: "systemctl restart isthmus-agent (the package's unit runs as root)"
        ),
        .init(
            .cgroups,
            .machine,
            bound: "the controllers cpu, memory and pids",
            "the kubelet does not start without them",
            remedy: "add cgroup_enable=memory cgroup_memory=1 to the kernel's command line, then "
                + "reboot"
        ),
        .init(
            .memory,
            .machine,
            bound: "a server 2 GB, an agent 512 MB; less than half of that fails",
            "K3s is killed when memory runs out",
            remedy: "take a larger server"
        ),
        .init(
            .processors,
            .machine,
            .warning,
            bound: "a server 2, an agent 1",
            "etcd on a busy processor loses its leader",
            remedy: "take a larger server"
        ),
        .init(
            .disk,
            .machine,
            bound: "10 GB free for /var/lib/rancher; less than 2 GB fails",
            "images and the datastore fill it, and the kubelet evicts pods then",
            remedy: "make room: apt clean, journalctl --vacuum-size=200M, or a larger disk"
        ),
        .init(
            .clockService,
            .machine,
            .warning,
            bound: "the clock is set over the network",
            "a clock that nobody sets drifts by seconds a day",
            remedy: "apt install systemd-timesyncd && timedatectl set-ntp true"
        ),
        .init(
            .clockSkew,
            .machine,
            bound: "within 5 s of the coordinator's; from 1 s on a warning",
            "from 30 s on Kilo leaves a node out of the mesh, and says nothing",
            remedy: "timedatectl set-ntp true (without a service for that: apt install "
                + "systemd-timesyncd)"
        ),
        .init(
            .entropy,
            .machine,
            .warning,
            bound: "256 bits",
            "keys are made at the first start, and wait for randomness",
            remedy: "apt install haveged"
        ),
        .init(
            .packages,
            .machine,
            bound: "sources are named, and nothing is half-installed",
            "wireguard-tools is installed with apt; a lock that is held is waited for",
            remedy: "dpkg --configure -a"
        ),
        .init(
            .wireGuard,
            .machine,
            bound:
                "an interface can be made and deleted; else there is /dev/net/tun for wireguard-go",
            "the mesh is WireGuard",
            remedy: "modprobe wireguard (minimal images of Ubuntu: apt install "
                + "linux-modules-extra-$(uname -r); a container cannot)"
        ),
        .init(
            .foreignCluster,
            .machine,
            bound: "nothing of another Kubernetes",
            "Kilo deletes other networks' configuration, and two kubelets fight over one machine",
            remedy: "k3s-uninstall.sh, k3s-agent-uninstall.sh or kubeadm reset; keep what you need "
                + "from it first"
        ),
    ]

    static let identity: [CheckDescription] = [
        .init(
            .duplicateHostname,
            .identity,
            .warning,
            bound: "another on every host",
            "logs of two machines look alike; a rollout sets the plan's hostnames",
            remedy: "nothing has to be done before the rollout"
        ),
        .init(
            .duplicateMachineID,
            .identity,
            bound: "another on every host",
            "machines cloned from one disk look like one: to DHCP, to the journal, to Kubernetes",
            remedy: "rm /etc/machine-id && systemd-machine-id-setup && reboot"
        ),
        .init(
            .duplicateProductUUID,
            .identity,
            .warning,
            bound: "another on every host",
            "Kubernetes shows it as the node's system UUID",
            remedy: "make the machine anew instead of cloning it, where your provider lets you"
        ),
        .init(
            .duplicateInternalAddress,
            .identity,
            bound: "no other host has it",
            "K3s finds nodes by it: logs and exec reach the wrong one, and Kilo's routes collide",
            remedy: "give one of the virtual networks another range, or the host a unique address: "
                + "ip address add 10.99.0.2/32 dev lo, and name it in the plan (addresses.internal)"
        ),
    ]
}
