"""What is wrong between servers is found, named and helped before anything changes on them."""

import json
import time
from contextlib import contextmanager

from . import cluster
from .machines import AGENTS, COORDINATOR, NODES, SERVER, WAN_DELAY, fresh_machines, lab
from .report import eventually
from .trees import names, tree

SEOUL, CHUNCHEON = AGENTS


def run(report):
    with report.phase("fresh machines, packages, enrolment"):
        fresh_machines()
        cluster.install_packages()
        cluster.start_coordinator()
        cluster.enroll_all()
        report.check("the agents connect", eventually(20, cluster.agents_are_connected))
        report.check("their clocks are known", eventually(20, clocks_are_known))
    before = {host.name: tree(host) for host in NODES}
    with report.phase("good servers"):
        good_servers(report)
    for fault in (blocked_one_way, small_path, lossy_path, twin_address, taken_port, rejected,
                  ignored):
        with report.phase(fault.__name__.replace("_", " ")):
            fault(report)
    with report.phase("nothing was changed"):
        for host in NODES:
            touched = names(tree(host) ^ before[host.name])
            report.equal(f"no file of {host.name} was touched", touched, [])
            links = host.output("ip", "-o", "link")
            report.check(f"no interface is left on {host.name}", "isthmus" not in links, links)
            sockets = host.output("ss", "-H", "-l", "-n", "-t", "-u")
            report.check(
                f"no port is left open on {host.name}",
                not any(port in sockets for port in (":51820", ":6443")), sockets)


# ---- looking


class Preflight:
    """What `coordinator preflight --output json` said."""

    def __init__(self, result):
        self.status = result.status
        self.text = result.text
        self.events = [
            json.loads(line) for line in result.output.splitlines() if line.startswith("{")
        ]

    def found(self, verdict):
        """Check, host and peer of each finding with the verdict."""
        return [
            (event["check"], event["host"], event["peer"])
            for event in self.events
            if event["event"] == "finding" and event["verdict"] == verdict
        ]

    def finding(self, *place):
        """The finding of a check on a host, to a peer where one is named."""
        check, host, peer = (*place, "")[:3]
        return next(
            (event for event in self.events if event["event"] == "finding"
             and (event["check"], event["host"], event["peer"]) == (check, host, peer)), {})

    def path(self, source, target):
        return next(
            (event for event in self.events if event["event"] == "path"
             and (event["from"], event["to"]) == (source.name, target.name)), {})

    def advice(self, subject):
        return [event["words"] for event in self.events
                if event["event"] == "advice" and event["subject"] == subject]


def look(plan=None):
    COORDINATOR.write(cluster.PLAN, json.dumps(plan or cluster.lab_plan()))
    return Preflight(COORDINATOR.run(
        "coordinator", "preflight", "--plan", cluster.PLAN, "--output", "json"))


def clocks_are_known():
    return all("clock" in node for node in cluster.listed_nodes())


# ---- finding nothing


def good_servers(report):
    begun = time.monotonic()
    seen = look()
    report.equal("good servers are ready", (seen.status, seen.found("failed")), (0, []))
    report.check(f"that took {time.monotonic() - begun:.1f} s", True)
    for source in NODES:
        for target in NODES:
            if source is target:
                continue
            path = seen.path(source, target)
            told = (path.get("answered"), path.get("sent"), path.get("pathMTU"), path.get("tcp"))
            report.equal(
                f"{source.name} reaches {target.name}", told, (220, 220, 1500, "open"))
            far = path.get("medianRoundTripMicroseconds", 0)
            report.check(
                f"and is as far from it as the wires are ({far / 1000:.1f} ms)",
                150_000 <= far < 300_000, path)
            report.equal("the other sees its address", path.get("seenAddress"), source.address)
    printed = COORDINATOR.run("coordinator", "preflight", "--plan", cluster.PLAN)
    print(printed.text)
    report.contains("people are told", printed.text, "Ready: ", "Nothing was changed.")
    doctor = SEOUL.run("node-agent", "doctor")
    report.contains("a machine tells the same by itself", doctor.output, "wireguard", "firewall")


# ---- finding what is wrong


@contextmanager
def rule(host, *words):
    """A rule in the host's own input chain, for a while."""
    host.output("nft", "add", "table", "inet", "guard")
    host.output(
        "nft", "add chain inet guard input { type filter hook input priority 0; policy accept; }")
    host.output("nft", "add", "rule", "inet", "guard", "input", *words)
    try:
        yield
    finally:
        host.output("nft", "delete", "table", "inet", "guard")


def is_refused(report, check, host):
    """The same stops a rollout."""
    refused = cluster.rollout(cluster.lab_plan())
    report.equal("a rollout does not begin", (refused.status, refused.events), (1, []))
    report.contains("and says why", refused.text, check, host.name, "nothing was begun")


def blocked_one_way(report):
    with rule(SERVER, "ip", "saddr", SEOUL.address, "udp", "dport", "51820", "drop"):
        seen = look()
        report.equal(
            "a block one way is found on that way alone", seen.found("failed"),
            [("udp-wireguard", SEOUL.name, SERVER.name)])
        told = seen.finding("udp-wireguard", SEOUL.name, SERVER.name)
        report.contains(
            "with what was seen and what helps", told.get("observed", "") + told.get("remedy", ""),
            "0 of 20", "security list", SERVER.name)
        is_refused(report, "udp-wireguard", SEOUL)


def small_path(report):
    with rule(CHUNCHEON, "ip", "saddr", SEOUL.address, "ip", "length", ">", "1400", "drop"):
        seen = look()
        report.equal(
            "a path that carries 1400 bytes is found", seen.found("failed"),
            [("path-mtu", SEOUL.name, CHUNCHEON.name)])
        report.equal("exactly", seen.path(SEOUL, CHUNCHEON).get("pathMTU"), 1400)
        report.equal("and what the mesh should have", seen.advice("mtu"), ["1320 instead of 1420"])


def lossy_path(report):
    pair = [str(host.number) for host in AGENTS]
    lab("delay", WAN_DELAY, "3%", *pair)
    seen = look()
    lab("delay", WAN_DELAY, "0", *pair)
    report.equal("loss stops nothing", (seen.status, seen.found("failed")), (0, []))
    lossy = [place for place in seen.found("warning") if place[0] == "packet-loss"]
    report.check(
        "3 % of loss is found on that pair alone",
        lossy and set(lossy) <= {("packet-loss", SEOUL.name, CHUNCHEON.name),
                                 ("packet-loss", CHUNCHEON.name, SEOUL.name)}, lossy)


def twin_address(report):
    SEOUL.output("ip", "address", "add", f"{CHUNCHEON.address}/32", "dev", "lo")
    seen = look()
    SEOUL.output("ip", "address", "delete", f"{CHUNCHEON.address}/32", "dev", "lo")
    report.check(
        "an address on two hosts is found",
        ("duplicate-internal-ip", CHUNCHEON.name, "") in seen.found("failed"),
        seen.found("failed"))


def taken_port(report):
    SERVER.output(
        "systemd-run", "--quiet", "--unit=squatter", "systemd-socket-activate", "--accept",
        "-l", "6443", "cat")
    seen = look()
    SERVER.output("systemctl", "stop", "squatter")
    report.equal(
        "a port that is taken is found", seen.found("failed"), [("ports", SERVER.name, "")])
    report.contains(
        "with who has it", seen.finding("ports", SERVER.name).get("observed", ""), "6443/tcp by ")


def rejected(report):
    with rule(SEOUL, "udp", "dport", "51820", "reject"):
        seen = look()
        report.equal(
            "a host whose firewall rejects is named once", seen.found("failed"),
            [("udp-wireguard", SEOUL.name, "")])
        report.contains(
            "with what the network said",
            seen.finding("udp-wireguard", SEOUL.name).get("observed", ""), "port unreachable")
        report.contains(
            "and the rule is shown", seen.finding("firewall", SEOUL.name).get("observed", ""),
            "udp dport 51820 reject")


def ignored(report):
    SERVER.output(
        "systemd-run", "--quiet", "--unit=squatter", "systemd-socket-activate", "--accept",
        "-l", "6443", "cat")
    seen = look(cluster.lab_plan(policies={"preflight": {"ignore": ["ports"]}}))
    SERVER.output("systemctl", "stop", "squatter")
    report.equal("what the plan ignores stops nothing", (seen.status, seen.found("failed")), (0, []))
    report.equal("and is seen", seen.found("ignored"), [("ports", SERVER.name, "")])
    kept = COORDINATOR.output("coordinator", "events")
    report.contains("refused rollouts are events", kept, "preflight-failed", "udp-wireguard on")
