"""Installing Isthmus on the lab's hosts and asking the cluster about itself."""

import copy
import json
from pathlib import Path

from .machines import COORDINATOR, NODES, SERVER, each

EXAMPLE = Path(__file__).parents[3] / "packaging/examples/three-clouds.json"
PORT = 7443
PLAN = "/root/plan.json"


def lab_plan(**changes):
    """The example of the three clouds, with the lab's hosts. `changes` replace whole sections, as
    `artifacts={…}` does."""
    plan = json.loads(EXAMPLE.read_text())
    addresses = {host.name: host.address for host in NODES}
    for host in plan["hosts"]:
        host["addresses"] = {"public": addresses[host["id"]]}
    plan.setdefault("artifacts", {})["installScript"] = {"url": "https://get.k3s.io/"}
    for section, value in copy.deepcopy(changes).items():
        plan[section] = {**plan.get(section, {}), **value}
    return plan


# ---- installing


def install_packages():
    """The coordinator's package on its host, the agent's on the nodes, by apt."""
    each([*NODES, COORDINATOR], lambda host: host.install(
        "isthmus-coordinator" if host is COORDINATOR else "isthmus-agent"))


def start_coordinator():
    COORDINATOR.output(
        "coordinator", "init", "--cluster", "three-clouds", "--address", COORDINATOR.address)
    COORDINATOR.output("systemctl", "start", "isthmus-coordinator")


def create_token(node):
    """A token, as the operator gets it."""
    printed = COORDINATOR.output("coordinator", "token", "create", "--node", node)
    return printed.split()[-1] if printed.split() else ""


def enroll(host, token):
    """Enrols by a file, which starts the agent."""
    host.write("/root/token", token + "\n")
    result = host.run(
        "node-agent", "enroll", "--coordinator", f"{COORDINATOR.address}:{PORT}",
        "--token-file", "/root/token")
    host.output("rm", "/root/token")
    return result


def enroll_all():
    """Enrols every node; the tokens that were used."""
    tokens = [create_token(host.name) for host in NODES]
    results = each(NODES, lambda host: enroll(host, tokens[host.number - 1]))
    return tokens, results


# ---- rolling out


class Rollout:
    """What `coordinator rollout --output json` said."""

    def __init__(self, result):
        self.status = result.status
        self.text = result.text
        self.events = [
            json.loads(line) for line in result.output.splitlines() if line.startswith("{")
        ]
        self.end = next(
            (event for event in reversed(self.events) if event.get("event") == "rolloutEnded"), {})
        self.id = next((event["rollout"] for event in self.events if "rollout" in event), "")


def rollout(plan, *options):
    """Rolls a plan out, to the end."""
    COORDINATOR.write(PLAN, json.dumps(plan, indent=2))
    return Rollout(COORDINATOR.run(
        "coordinator", "rollout", "--plan", PLAN, "--output", "json", *options))


def latest_rollout():
    """The name of the one that began last."""
    listing = COORDINATOR.output("coordinator", "rollout", "list", "--output", "json")
    return json.loads(listing)["rollouts"][0]["id"]


def resume(rollout):
    """Lets a paused rollout go on, to the end."""
    COORDINATOR.output("coordinator", "rollout", "resume", rollout.id)
    return Rollout(COORDINATOR.run(
        "coordinator", "rollout", "watch", rollout.id, "--output", "json"))


def cancel(rollout):
    """Ends a paused rollout."""
    COORDINATOR.output("coordinator", "rollout", "cancel", rollout.id)


# ---- asking


def unit_state(host, unit):
    return host.run("systemctl", "is-active", unit).output.strip()


def listed_nodes():
    """What the coordinator knows of its nodes; nothing while it is away."""
    listing = COORDINATOR.run("coordinator", "node", "list", "--output", "json")
    return [] if listing.status else json.loads(listing.output)["nodes"]


def agents_are_connected():
    nodes = listed_nodes()
    return len(nodes) == len(NODES) and all(node["connected"] for node in nodes)


def health_is_complete():
    return all(
        node["health"]["k3sState"] == "active"
        and len(node["health"]["wireGuardPeers"]) == len(NODES) - 1
        for node in listed_nodes())


def k3s_unit(host):
    return "k3s" if host is SERVER else "k3s-agent"


def kubernetes_nodes():
    """Kubernetes' own objects of the nodes, by name; empty while it cannot be asked."""
    result = SERVER.run("k3s", "kubectl", "get", "nodes", "-o", "json")
    if result.status:
        return {}
    return {node["metadata"]["name"]: node for node in json.loads(result.output)["items"]}


def is_ready(node):
    conditions = node.get("status", {}).get("conditions", [])
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def annotation(node, name):
    return node["metadata"].get("annotations", {}).get(f"kilo.squat.ai/{name}")


def mesh_address(node):
    return (annotation(node, "wireguard-ip") or "").split("/")[0]


def pings_over_mesh(nodes):
    """Each ordered pair of hosts, and what its ping over WireGuard said where it failed."""
    failures = {}
    for source in NODES:
        for target in NODES:
            if source is target:
                continue
            # A full-size packet that must not be fragmented.
            result = source.run(
                "ping", "-q", "-c", "1", "-W", "3", "-M", "do", "-s", "1392", "-I", "kilo0",
                mesh_address(nodes[target.name]))
            if result.status:
                failures[f"{source.name} to {target.name}"] = result.text
    return failures


def installed_version(host, package):
    return host.run("dpkg-query", "-W", "-f", "${Version}", package).output


