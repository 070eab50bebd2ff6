"""The packages themselves: what they bring, an upgrade in the middle of a rollout, and a purge."""

import json
import re
import threading

from . import cluster
from .machines import AGENTS, COORDINATOR, NODES, SERVER, fresh_machines
from .report import eventually

NEXT = "+next1"
# Not ours: what apt, dpkg and journald keep of every package.
KEPT = ["/var/log", "/var/cache/apt", "/var/lib/apt", "/root", "/proc", "/sys", "/run/systemd"]


def run(report):
    with report.phase("fresh machines, packages, enrolment"):
        fresh_machines()
        cluster.install_packages()
        what_they_bring(report)
        cluster.start_coordinator()
        cluster.enroll_all()
        report.equal(
            "who has enrolled runs, without another command",
            [cluster.unit_state(host, "isthmus-agent") for host in NODES], ["active"] * 3)
        report.check("the agents connect", eventually(20, cluster.agents_are_connected))
    with report.phase("exposure of the units"):
        exposure(report)
    with report.phase("an upgrade in the middle of a rollout"):
        upgrade(report)
    with report.phase("purge"):
        purge(report, AGENTS[1], "isthmus-agent")
        purge(report, COORDINATOR, "isthmus-coordinator")


def what_they_bring(report):
    for host, program in ((SERVER, "node-agent"), (COORDINATOR, "coordinator")):
        for path in (
            f"/usr/share/man/man8/{program}.8.gz",
            f"/usr/share/bash-completion/completions/{program}",
            f"/usr/share/zsh/vendor-completions/_{program}",
            f"/usr/share/fish/vendor_completions.d/{program}.fish",
        ):
            # An image may be set up to unpack no manual pages.
            listed = host.run("grep", "-rqxF", path, "/var/lib/dpkg/info/")
            report.equal(f"{path} is in a package", listed.status, 0)
        package = "isthmus-coordinator" if host is COORDINATOR else "isthmus-agent"
        conffiles = host.output("dpkg-query", "-W", "-f", "${Conffiles}", package)
        report.contains(f"{package} has its configuration file", conffiles, "/etc/isthmus/")


def exposure(report):
    """systemd's own figure: 0 (nothing is exposed) to 10."""
    for host, unit, most in (
        (COORDINATOR, "isthmus-coordinator", 2.0), (SERVER, "isthmus-agent", 6.5),
    ):
        said = host.run("systemd-analyze", "security", "--no-pager", unit).output
        found = re.search(r"exposure level for \S+: ([0-9.]+)", said)
        figure = float(found[1]) if found else 10
        report.check(f"{unit}'s exposure is {figure}, at most {most}", figure <= most, said)


def upgrade(report):
    """A newer agent arrives on each node while steps run, and a newer coordinator after it."""
    before = {host.name: main_process(host, "isthmus-agent") for host in NODES}
    COORDINATOR.write(cluster.PLAN, json.dumps(cluster.lab_plan()))
    command = COORDINATOR.start(
        "coordinator", "rollout", "--plan", cluster.PLAN, "--output", "json")
    errors, lines, upgraded = [], [], set()
    drain = threading.Thread(target=lambda: errors.append(command.stderr.read()))
    drain.start()
    for line in command.stdout:
        lines.append(line)
        event = json.loads(line)
        kind = event.get("id", "").rpartition(".")[2]
        if event.get("state") == "running" and kind in ("k3s-server", "k3s-agent"):
            host = next(one for one in NODES if event["id"].startswith(one.name + "."))
            if host.name not in upgraded:
                upgraded.add(host.name)
                newer(report, host, "isthmus-agent")
        if event.get("state") == "running" and kind == "mesh-proof" and COORDINATOR.name not in upgraded:
            upgraded.add(COORDINATOR.name)
            newer(report, COORDINATOR, "isthmus-coordinator")
    drain.join()
    report.equal("the rollout comes to a good end", command.wait(), 0)
    if command.returncode:
        report.check("its last words", False, "".join(lines[-5:] + errors))
    report.equal("all were upgraded meanwhile", len(upgraded), 4)
    after = {host.name: main_process(host, "isthmus-agent") for host in NODES}
    same = [name for name, process in after.items() if process in ("0", before[name])]
    report.equal("each agent is another process now", same, [])
    report.check("all agents are connected", eventually(30, cluster.agents_are_connected))
    again = cluster.rollout(cluster.lab_plan())
    report.equal("a second rollout changes nothing", again.end.get("changed"), 0)


def newer(report, host, package):
    """The same package with a later version, made and installed on the host."""
    host.shell(f"""
        cd /tmp && rm -rf newer && mkdir newer && cd newer
        apt-get -qq download {package}
        dpkg-deb -R {package}_*.deb tree
        sed -i 's/^Version: .*/&{NEXT}/' tree/DEBIAN/control
        dpkg-deb --root-owner-group -b tree newer.deb >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install ./newer.deb >/dev/null
        cd / && rm -rf /tmp/newer
    """)
    version = cluster.installed_version(host, package)
    report.check(f"{package} of {host.name} is newer", version.endswith(NEXT), version)


def main_process(host, unit):
    return host.output("systemctl", "show", "-P", "MainPID", unit).strip()


def purge(report, host, package):
    host.output("apt-get", "-qq", "-y", "purge", package)
    pruned = " -o ".join(f"-path {path}" for path in KEPT)
    left = host.shell(
        f"find / -xdev \\( {pruned} \\) -prune -o -iname '*isthmus*' -print").splitlines()
    report.equal(f"nothing of {package} is left", left, [])
    known = host.run("getent", "passwd", "isthmus")
    report.check("nor a user", known.status != 0, known.text)
    running = host.run("pgrep", "-x", "node-agent|coordinator")
    report.check("nor a process", running.status != 0, running.text)
