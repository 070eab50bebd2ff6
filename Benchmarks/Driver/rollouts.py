"""Rollouts to machines that are only played, as far away as another cloud: how long they take beside
their longest chain of steps, and what they cost the coordinator."""

import json
import os
import re
import sqlite3
import subprocess
import time

from coordinators import CLUSTER, Coordinator, Fleet
from delay import Distance
from fleet import gathered
from processes import Failure, Programs
from rounds import Row

HOSTS = [int(hosts) for hosts in os.environ.get("HOSTS", "3,50,500").split(",")]
ONE_WAY = 0.075
DONE = ("changed", "unchanged")


def run(programs: Programs, _rounds: int) -> list[Row]:
    """Each number of hosts with a coordinator of its own: a first rollout, and one that changes nothing."""
    return [row for hosts in HOSTS for row in rollouts(programs, hosts)]


def rollouts(programs: Programs, hosts: int) -> list[Row]:
    rows = []
    with Coordinator(programs) as coordinator:
        with Distance(coordinator.port, ONE_WAY) as away, \
                Fleet(programs, coordinator, hosts, port=away.port) as fleet:
            coordinator.admit(fleet.nodes)
            coordinator.start()
            gathered(fleet.order(f"grow {hosts}"), hosts)
            plan = coordinator.folder / "plan.json"
            plan.write_text(json.dumps(plan_of(hosts)))
            for name in ("first", "second"):
                rows += rollout(coordinator, plan, f"{hosts} hosts, {name} rollout")
            rows.append(replay(coordinator, f"{hosts} hosts, replay of the first"))
    return rows


def replay(coordinator: Coordinator, what: str) -> Row:
    """Milliseconds in which a coordinator that starts takes a rollout up that it takes for unfinished: its
    plan, its whole journal, and the state that comes of both."""
    coordinator.stop(2)
    with sqlite3.connect(coordinator.state / "isthmus.sqlite") as store:
        store.execute("UPDATE rollout SET ended = NULL, outcome = NULL"
                      " WHERE started = (SELECT min(started) FROM rollout)")
    store.close()
    coordinator.start()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = re.search(r".*A rollout goes on.*", (coordinator.folder / "log").read_text())
        if found:
            took = re.search(r"milliseconds\W+(\d+)", found[0])
            if not took:
                raise Failure(f"{what}: {found[0]}")
            return Row("rollouts", what, "coordinator", "ms", int(took[1]))
        time.sleep(0.05)
    raise Failure(f"{what}: the coordinator does not say how long it took")


def rollout(coordinator: Coordinator, plan, what: str) -> list[Row]:
    cpu = coordinator.cpu_seconds()
    done = subprocess.run(
        [coordinator.program, "rollout", "--plan", plan, "--output", "json",
         "--state", coordinator.state],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        raise Failure(f"{what}: {done.stderr[-500:]} {done.stdout[-500:]}")
    wall, chain = span(events), longest_chain(events)
    who = "coordinator"
    rows = [Row("rollouts", what, who, "s", wall)]
    if all("running" in states for states in states_of(events).values()):
        rows.append(Row("rollouts", what, who, "of its longest chain of steps", wall / chain))
    return rows + [
        Row("rollouts", what, who, "steps", sum(one["event"] == "step" and one["state"] in DONE
                                                for one in events)),
        Row("rollouts", what, who, "s of CPU", coordinator.cpu_seconds() - cpu),
        Row("rollouts", what, who, "MiB", coordinator.resident_kib() / 1024),
    ]


def span(events: list[dict]) -> float:
    """Seconds from the first event to the last step's end, by the coordinator's clock."""
    times = [one["at"] for one in events if "at" in one]
    return (max(times) - min(times)) / 1000


def states_of(events: list[dict]) -> dict[str, set[str]]:
    """The states that each step was in."""
    states = {}
    for one in events:
        if one["event"] == "step":
            states.setdefault(one["id"], set()).add(one["state"])
    return states


def longest_chain(events: list[dict]) -> float:
    """Seconds, each step from its assignment to its result, the way there and back included."""
    begun, took = {}, {}
    for one in events:
        if one["event"] == "step" and one["state"] == "running":
            begun[one["id"]] = one["at"]
        if one["event"] == "step" and one["state"] in DONE:
            # One that was only looked at before its turn has no assignment.
            took[one["id"]] = (one["at"] - begun.get(one["id"], one["at"])) / 1000
    ends = {}
    for step in next(one for one in events if one["event"] == "rolloutStarted")["steps"]:
        before = max((ends[other] for other in step["dependsOn"]), default=0)
        ends[step["id"]] = before + took.get(step["id"], 0)
    return max(ends.values())


def plan_of(hosts: int) -> dict:
    """One server, and agents that may all be at work at once."""
    return {
        "apiVersion": "isthmus/v1alpha1",
        "kind": "ClusterPlan",
        "metadata": {"name": CLUSTER},
        "hosts": [
            {
                "id": f"agent-{number}",
                "hostname": f"agent-{number}",
                "role": "agent" if number else "server",
                "addresses": {"public": address(number)},
            }
            for number in range(hosts)
        ],
        # Room for 2048 nodes.
        "k3s": {"version": "v1.34.3+k3s1", "clusterCIDR": "10.32.0.0/13"},
        "policies": {"parallelism": min(hosts, 100), "parallelAgents": min(hosts, 100)},
    }


def address(number: int) -> str:
    """Addresses that are nobody's (RFC 5737)."""
    network = ("203.0.113", "198.51.100", "192.0.2")[number // 250]
    return f"{network}.{number % 250 + 1}"
