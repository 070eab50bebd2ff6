"""What a rollout leaves on the machines and in the cluster, without what is new each time: keys, tokens
and times."""

from . import cluster
from .machines import NODES, each

FILES = """
for file in /etc/hostname /etc/hosts /etc/cloud/cloud.cfg.d/*isthmus* /etc/modules-load.d/*isthmus* \\
    /etc/rancher/k3s/* /etc/systemd/system/k3s*.service /usr/local/bin/k3s; do
    [ ! -f "$file" ] || stat --format '%n %a %U' "$file"
done
# Tokens are other ones each time; their files' names and modes are not.
for file in /etc/hostname /etc/hosts /etc/rancher/k3s/config.yaml /etc/systemd/system/k3s*.service \\
    /usr/local/bin/k3s; do
    [ ! -f "$file" ] || sha256sum "$file"
done
dpkg-query --show --showformat '${Package} ${Version} ${db:Status-Abbrev}\\n' 'wireguard*'
hostname
ls /var/lib/isthmus-agent/executions
"""


def state_of_the_cluster():
    """Lines by host, and what Kubernetes says of its node."""
    lines = each(NODES, lambda host: host.shell(FILES).splitlines())
    state = {host.name: host_lines for host, host_lines in zip(NODES, lines)}
    for host in NODES:
        state[f"{host.name} unit"] = cluster.unit_state(host, cluster.k3s_unit(host))
    for name, node in cluster.kubernetes_nodes().items():
        annotations = node["metadata"].get("annotations", {})
        state[f"{name} node"] = (
            cluster.is_ready(node),
            sorted(node["metadata"].get("labels", {}).items()),
            sorted(
                (key, value) for key, value in annotations.items()
                if key.startswith("kilo.squat.ai/") and not key.endswith(("key", "last-seen"))),
        )
    return state
