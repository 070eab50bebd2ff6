"""Three fresh servers become a cluster; a second run changes nothing."""

from . import cluster
from .leaks import ProcessWatch, places_with, secrets_of_the_run
from .machines import COORDINATOR, NODES, SERVER, fresh_machines
from .report import eventually
from .trees import names, tree


def run(report):
    with report.phase("fresh machines"):
        fresh_machines()
    with ProcessWatch() as watch:
        with report.phase("packages, coordinator, enrolment"):
            tokens = install(report)
        with report.phase("dry run"):
            approval = dry_run_changes_nothing(report)
        with report.phase("first rollout"):
            done = cluster.rollout(cluster.lab_plan(), "--approve", approval)
        report.equal("the rollout succeeds", done.status, 0)
        if done.status:
            report.check("its last words", False, done.text)
            return
        report.equal("it says so in JSON", done.end.get("outcome"), "succeeded")
    with report.phase("what came of it"):
        hosts_are_set_up(report)
        kubernetes_is_set_up(report)
    with report.phase("health"):
        health_is_reported(report)
    with report.phase("secrets"):
        no_secret_is_seen(report, tokens, watch)
    with report.phase("second rollout"):
        again = cluster.rollout(cluster.lab_plan())
    report.equal("a second rollout succeeds", again.status, 0)
    report.equal("and changes nothing", again.end.get("changed"), 0)
    pending = cluster.rollout(cluster.lab_plan(), "--dry-run")
    report.equal("a dry run finds nothing to do", pending.status, 0)


def install(report):
    cluster.install_packages()
    report.equal(
        "the agent waits to be enrolled",
        [cluster.unit_state(host, "isthmus-agent") for host in NODES], ["inactive"] * 3)
    cluster.start_coordinator()
    tokens, results = cluster.enroll_all()
    for host, result in zip(NODES, results):
        report.check(f"{host.name} enrols", result.status == 0, result.text)
    report.check("the enrolled agents connect", eventually(20, cluster.agents_are_connected))
    listing = COORDINATOR.output("coordinator", "node", "list")
    report.contains("the coordinator lists the nodes", listing, *(host.name for host in NODES))
    return tokens


def dry_run_changes_nothing(report):
    """What it found is what the first rollout is held to; a host that differs is named."""
    before = {host.name: tree(host) for host in NODES}
    shown = cluster.rollout(cluster.lab_plan(), "--dry-run")
    report.equal("a dry run says that changes are pending", shown.status, 3)
    for host in NODES:
        touched = names(tree(host) ^ before[host.name])
        report.equal(f"it touches no file of {host.name}", touched, [])
    approval = shown.end.get("approval", "")
    host = NODES[-1]
    name = host.output("hostname").strip()
    host.output("hostnamectl", "set-hostname", "renamed")
    refused = cluster.rollout(cluster.lab_plan(), "--approve", approval)
    report.equal("what was not approved does not begin", refused.status, 1)
    report.contains("and is shown", refused.text, f"{host.name}.hostname", "renamed")
    host.output("hostnamectl", "set-hostname", name)
    return approval


def hosts_are_set_up(report):
    for host in NODES:
        name = host.output("hostname").strip()
        report.equal(f"{host.name} has its hostname", name, host.name)
        report.equal(
            f"{host.name} keeps it over a boot",
            host.output("cat", "/etc/hostname").strip(), host.name)
        report.check(
            f"{host.name} has WireGuard's tools, from apt",
            cluster.installed_version(host, "wireguard-tools"))
        unit = cluster.k3s_unit(host)
        report.equal(f"{unit} runs on {host.name}", cluster.unit_state(host, unit), "active")
        modes = host.shell(
            "cd /etc/rancher/k3s; for f in agent-token join-token; do"
            " [ ! -e $f ] || stat -c %a $f; done").split()
        report.check(f"token files of {host.name} are root's alone", set(modes) <= {"600"}, modes)


def kubernetes_is_set_up(report):
    nodes = cluster.kubernetes_nodes()
    report.equal("Kubernetes has the three nodes", sorted(nodes), sorted(h.name for h in NODES))
    if len(nodes) != len(NODES):
        return
    for host in NODES:
        node = nodes[host.name]
        report.check(f"{host.name} is Ready", cluster.is_ready(node), node["status"])
        report.equal(
            f"{host.name} is reached at its public address",
            cluster.annotation(node, "force-endpoint"), f"{host.address}:51820")
        report.equal(
            f"{host.name}, which is not behind NAT, sends no keepalives",
            cluster.annotation(node, "persistent-keepalive"), None)
    report.equal("every pair pings over WireGuard, full-size", cluster.pings_over_mesh(nodes), {})
    tokens = SERVER.output("k3s", "token", "list")
    report.check("no join token is left", "join-" not in tokens, tokens)


def health_is_reported(report):
    """Agents report every half minute."""
    report.check(
        "the coordinator lists K3s and all WireGuard peers of each node",
        eventually(45, cluster.health_is_complete),
        COORDINATOR.output("coordinator", "node", "list"))


def no_secret_is_seen(report, tokens, watch):
    secrets = secrets_of_the_run(tokens, watch)
    report.check("join tokens of K3s passed by", watch.join_tokens, sorted(secrets))
    # What everybody may know is found, so a secret would be.
    known = {"the coordinator's address": f"{COORDINATOR.address}:{cluster.PORT}"}
    report.check("the search sees arguments", watch.commands_with(known))
    report.check("the search sees journals", places_with({"a rollout's words": "step began"}))
    report.check("the search sees units", places_with({"a unit's words": "ConditionPathExists"}))
    report.equal(
        f"none of {len(secrets)} secrets in {len(watch.seen)} programs' arguments",
        watch.commands_with(secrets), [])
    report.equal("none in a unit, log, journal or record", places_with(secrets), [])
