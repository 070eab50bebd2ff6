"""The coordinator is killed in the middle of the agents' installation. Started again, it brings the
rollout to its end, and no step that had finished is run again."""

import json
import re
import threading

from . import cluster
from .machines import COORDINATOR, NODES, Result, each, fresh_machines
from .report import eventually

UNIT = "isthmus-coordinator"


def run(report):
    with report.phase("fresh machines, packages, enrolment"):
        fresh_machines()
        cluster.install_packages()
        cluster.start_coordinator()
        cluster.enroll_all()
        report.check("the agents connect", eventually(20, cluster.agents_are_connected))
    with report.phase("rollout with a killed coordinator"):
        watched = kill_in_the_middle(report)
    report.equal("the watching command ends well, connected again", watched.status, 0)
    report.equal("the rollout succeeds", watched.end.get("outcome"), "succeeded")
    nodes = cluster.kubernetes_nodes()
    report.equal(
        "all nodes are Ready", [name for name, node in nodes.items() if cluster.is_ready(node)],
        sorted(host.name for host in NODES))
    runs_of_steps(report)
    with report.phase("rollout after it"):
        again = cluster.rollout(cluster.lab_plan())
    report.equal("another rollout changes nothing", again.end.get("changed"), 0)


def kill_in_the_middle(report):
    """Rolls out, and kills the coordinator once both agents install K3s."""
    COORDINATOR.write(cluster.PLAN, json.dumps(cluster.lab_plan()))
    command = COORDINATOR.start(
        "coordinator", "rollout", "--plan", cluster.PLAN, "--output", "json")
    errors = []
    drain = threading.Thread(target=lambda: errors.append(command.stderr.read()))
    drain.start()
    lines, running = [], set()
    for line in command.stdout:
        lines.append(line)
        event = json.loads(line)
        if event.get("event") == "step" and event["state"] == "running":
            running.add(event["id"])
            if event["id"].endswith(".k3s-agent") and UNIT not in running:
                running.add(UNIT)  # once
                kill_coordinator(report)
    drain.join()
    watched = cluster.Rollout(Result(command.wait(), "".join(lines), "".join(errors)))
    report.check("an agent was installing K3s when it happened", UNIT in running, watched.text)
    return watched


def kill_coordinator(report):
    before = COORDINATOR.output("systemctl", "show", "-P", "MainPID", UNIT).strip()
    COORDINATOR.output("systemctl", "kill", "--signal=KILL", UNIT)
    report.check("the coordinator is killed", before != "0", before)


def runs_of_steps(report):
    """The agents' journals: what began, and what ended, in order."""
    journals = each(NODES, lambda host: host.output(
        "journalctl", "--unit=isthmus-agent", "--output=cat", "--no-pager"))
    executions, again, finished_steps = set(), [], set()
    for line in "\n".join(journals).splitlines():
        found = re.search(r"execution=(r-[0-9a-f]+\.(\S+)\.\d+)", line)
        if not found:
            continue
        execution, step = found.groups()
        if "step began" in line:
            if step in finished_steps:
                again.append(execution)
            executions.add(execution)
        elif "step ended" in line and re.search(r"outcome=(un)?changed", line):
            finished_steps.add(step)
    report.check("the journals tell of the steps", len(finished_steps) > 20, finished_steps)
    report.equal("no step that had finished ran again", again, [])
    restarts = COORDINATOR.output("systemctl", "show", "-P", "NRestarts", UNIT).strip()
    report.equal("systemd started the coordinator again, once", restarts, "1")
