"""Wrong input and broken machines: each gets a clear answer, and nothing is lost by it."""

import json

from . import cluster
from .machines import AGENTS, COORDINATOR, NODES, SERVER, fresh_machines
from .report import eventually

SHORT = {"attempts": 1, "timeouts": {"k3sReady": "20s"}}


def run(report):
    with report.phase("fresh machines, packages, enrolment"):
        fresh_machines()
        cluster.install_packages()
        cluster.start_coordinator()
    with report.phase("wrong tokens"):
        wrong_tokens(report)
    with report.phase("wrong plans"):
        wrong_plans(report)
    with report.phase("an artifact with another hash"):
        wrong_hash(report)
    with report.phase("a full disk"):
        full_disk(report)
    with report.phase("K3s that never becomes ready"):
        never_ready(report)
    with report.phase("a coordinator that is down"):
        coordinator_down(report)
    with report.phase("and then it works"):
        done = cluster.rollout(cluster.lab_plan())
        report.equal("after all of it a rollout succeeds", done.status, 0)
        if done.status:
            report.check("its last words", False, done.text)


# ---- who may come in


def wrong_tokens(report):
    seoul, chuncheon = AGENTS
    token = cluster.create_token(seoul.name)
    refused(report, "a token that is none", cluster.enroll(seoul, "isthmus-nonsense"), "token")
    first = cluster.enroll(seoul, token)
    report.check("a good token works after that", first.status == 0, first.text)
    refused(report, "a used token", cluster.enroll(chuncheon, token), "token")
    refused(report, "the token of another coordinator", foreign_token(chuncheon), "")
    for host in (SERVER, chuncheon):
        cluster.enroll(host, cluster.create_token(host.name))
    report.check("all agents connect", eventually(20, cluster.agents_are_connected))


def foreign_token(host):
    """A second coordinator, elsewhere, with its own authority: its token pins the wrong one."""
    state = "/root/foreign"
    COORDINATOR.output(
        "coordinator", "init", "--cluster", "foreign", "--state", state,
        "--address", f"{COORDINATOR.address}:7555")
    serving = COORDINATOR.start("coordinator", "serve", "--state", state)
    try:
        created = eventually(20, lambda: successful(COORDINATOR.run(
            "coordinator", "token", "create", "--node", host.name, "--state", state)))
        return cluster.enroll(host, created.output.split()[-1])
    finally:
        COORDINATOR.run("pkill", "-f", f"serve --state {state}")
        serving.communicate()


def successful(result):
    return result if result.status == 0 else None


def refused(report, what, result, word):
    report.check(f"{what} is refused", result.status != 0, result.text)
    report.contains(f"{what} is told clearly", result.text, word)
    stack = [word for word in ("Fatal error", "Stack dump") if word in result.text]
    report.equal(f"{what} crashes nothing", stack, [])


# ---- plans


def wrong_plans(report):
    good = cluster.lab_plan()
    one_address = cluster.lab_plan()
    one_address["hosts"][1]["addresses"] = one_address["hosts"][0]["addresses"]
    stranger = cluster.lab_plan()
    stranger["hosts"].append({
        "id": "kube-nowhere", "role": "agent", "addresses": {"public": "203.0.113.99"}})
    cases = [
        ("bad JSON", json.dumps(good)[:-10], 2, ["plan.json:"]),
        ("an unknown key", json.dumps({**good, "hots": []}), 2, ["hots", "hosts"]),
        ("two hosts with one address", json.dumps(one_address), 2, [SERVER.address]),
        ("a host that never enrolled", json.dumps(stranger), None, ["kube-nowhere", "token"]),
    ]
    for name, text, status, words in cases:
        COORDINATOR.write(cluster.PLAN, text)
        answer(report, name, cluster.PLAN, status, words)
    answer(report, "a missing plan", "/root/none.json", 2, ["/root/none.json"])
    names = [host.output("hostname").strip() for host in NODES]
    report.equal("nothing was changed on any node", names, ["vps1", "vps2", "vps3"])


def answer(report, name, plan, status, words):
    result = COORDINATOR.run("coordinator", "rollout", "--plan", plan)
    if status is None:
        report.check(f"{name} is refused", result.status in (1, 2), result.text)
    else:
        report.equal(f"{name} ends with {status}", result.status, status)
    report.contains(f"{name} is told clearly", result.text, *words)


# ---- machines


def wrong_hash(report):
    plan = cluster.lab_plan()
    plan["artifacts"]["installScript"]["sha256"] = "0" * 64
    failed = cluster.rollout(plan)
    report.check("a wrong hash fails the rollout", failed.status in (1, 2), failed.text)
    report.contains("it names both hashes", failed.text, "0" * 64, "get.k3s.io")
    absent = [host.run("test", "-e", "/usr/local/bin/k3s").status != 0 for host in NODES]
    report.equal("K3s is on no node", absent, [True] * 3)


def full_disk(report):
    seoul = AGENTS[0]
    # K3s has 6 MB here and 70 MB in truth.
    seoul.output("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/usr/local/bin")
    failed = cluster.rollout(cluster.lab_plan(policies={"attempts": 2}))
    report.equal("a full disk ends the watching with 1", failed.status, 1)
    report.equal("and pauses the rollout", failed.end.get("outcome"), "paused")
    report.contains("it names host and place", failed.text, seoul.name, "/usr/local/bin")
    report.check("it names the cause", "space" in failed.text or "full" in failed.text, failed.text)
    report.equal("no part of the file is left", seoul.output("ls", "-A", "/usr/local/bin"), "")
    seoul.output("umount", "/usr/local/bin")
    other = cluster.rollout(cluster.lab_plan())
    report.equal("no other rollout begins meanwhile", other.status, 1)
    report.contains("it says what to do", other.text, f"rollout resume {failed.id}")
    resumed = cluster.resume(failed)
    report.equal("with room on the disk it goes on to a good end", resumed.status, 0)
    if resumed.status:
        report.check("its last words", False, resumed.text)


def never_ready(report):
    faults = "/run/k3s-standin/faults"
    if not SERVER.run("test", "-d", "/opt/k3s-parts").status == 0:
        return  # a real K3s has no such switch
    SERVER.shell(f"mkdir -p $(dirname {faults}); echo never-ready >{faults}")
    SERVER.run("systemctl", "stop", "k3s")
    failed = cluster.rollout(cluster.lab_plan(policies=SHORT))
    report.equal("a K3s that is never ready fails the rollout", failed.status, 1)
    report.contains(
        "it names the host and shows K3s' journal", failed.text, SERVER.name,
        "Lightweight Kubernetes")
    cluster.cancel(failed)
    # What a person does who has read the journal.
    SERVER.shell(f"rm {faults}; systemctl restart --no-block k3s")


def coordinator_down(report):
    COORDINATOR.output("systemctl", "stop", "isthmus-coordinator")
    result = COORDINATOR.run("coordinator", "node", "list")
    report.equal("without a coordinator a command fails", result.status, 1)
    report.contains("it says where it tried", result.text, COORDINATOR.address)
    COORDINATOR.output("systemctl", "start", "isthmus-coordinator")
    report.check("the agents come back by themselves", eventually(60, cluster.agents_are_connected))
