"""A fleet of agents on one coordinator: its restart, and what many of them cost."""

import signal
import time
from collections import Counter

from coordinators import Coordinator, Fleet
from processes import Failure, Programs
from rounds import Row

RESTARTED = 1000
# The first thousand, and then nine more.
STEPS = (1000, 10_000)
SECONDS = 60


def restart(programs: Programs, _rounds: int) -> list[Row]:
    """When a thousand agents are back after their coordinator was restarted."""
    rows = []
    with Coordinator(programs) as coordinator, Fleet(programs, coordinator, RESTARTED) as fleet:
        coordinator.admit(fleet.nodes)
        coordinator.start()
        gathered(fleet.order(f"grow {RESTARTED}"), RESTARTED)
        for name in ("SIGTERM", "SIGKILL"):
            # Sessions that lasted for less than 30 s count as accidents.
            time.sleep(35)
            rows += restarted(coordinator, fleet, name)
    return rows


def restarted(coordinator: Coordinator, fleet: Fleet, name: str) -> list[Row]:
    """One restart, with a histogram."""
    fleet.order("watch")
    agents_cpu, begun = fleet.cpu_seconds(), milliseconds()
    coordinator.stop(signal.Signals[name])
    ended = milliseconds()
    coordinator.start()
    listening = milliseconds()
    said = gathered(fleet.order("gather"), RESTARTED)
    cpu, agents_cpu = coordinator.cpu_seconds(), fleet.cpu_seconds() - agents_cpu
    knocks, returns = said["knocks"], said["returns"]
    print(f"{name}: ended after {ended - begun} ms, listening again after {listening - begun} ms")
    print(f"failed knocks by reason: {said['failures']}")
    histogram(begun, knocks, returns)
    what, who = f"{name} with {RESTARTED:,} agents", "coordinator"
    busiest = max(
        sum(1 for knock in knocks if first <= knock < first + 1000) for first in knocks
    )
    return [
        Row("restart", what, who, "s until all are back, from the signal", (max(returns) - begun) / 1000),
        Row("restart", what, who, "s until all are back, from listening", (max(returns) - listening) / 1000),
        Row("restart", what, who, "knocks in the busiest second", busiest),
        Row("restart", what, who, "knocks in all", len(knocks)),
        Row("restart", what, who, "s of its CPU", cpu),
        Row("restart", what, "all agents", "s of their CPU", agents_cpu),
    ]


def histogram(begun: int, knocks: list[int], returns: list[int]) -> None:
    """Knocks and returns in each 100 ms since a moment."""
    knocked = Counter((knock - begun) // 100 for knock in knocks)
    returned = Counter((back - begun) // 100 for back in returns)
    print("  after  knocks  back")
    for tenth in range(max(*knocked, *returned) + 1):
        bar = "#" * knocked[tenth]
        print(f"{tenth / 10:5.1f} s  {knocked[tenth]:6}  {returned[tenth]:4}  {bar}")


def heartbeats(programs: Programs, _rounds: int) -> list[Row]:
    """What connected agents cost the coordinator, each with a heartbeat every ten seconds."""
    rows = []
    most = STEPS[-1]
    with Coordinator(programs) as coordinator, Fleet(programs, coordinator, most) as fleet:
        coordinator.admit(fleet.nodes)
        coordinator.start()
        time.sleep(1)
        who = "coordinator"
        rows.append(Row("RSS", "0 agents", who, "MiB", coordinator.resident_kib() / 1024))
        for count in STEPS:
            gathered(fleet.order(f"grow {count}"), count)
            rows += steady(coordinator, fleet, count)
    return rows


def steady(coordinator: Coordinator, fleet: Fleet, count: int) -> list[Row]:
    """What it costs that so many stay."""
    time.sleep(15)
    fleet.order("watch")
    began, cpu = time.monotonic(), coordinator.cpu_seconds()
    time.sleep(SECONDS)
    said = gathered(fleet.order("tell"), count)
    seconds, cpu = time.monotonic() - began, coordinator.cpu_seconds() - cpu
    if said["knocks"]:
        raise Failure(f"{len(said['knocks'])} of {count} sessions did not last: {said['failures']}")
    what, who, beats = f"{count:,} agents", "coordinator", said["heartbeats"]
    return [
        Row("RSS", what, who, "MiB", coordinator.resident_kib() / 1024),
        Row("heartbeats", what, who, "1/s", beats / seconds),
        Row("heartbeats", what, who, "us of CPU each", cpu / beats * 1e6),
        Row("heartbeats", what, who, "% of one core", cpu / seconds * 100),
    ]


def gathered(said: dict, count: int) -> dict:
    """What the fleet says, if all are there."""
    if said["present"] != count:
        raise Failure(f"{said['present']} of {count} agents are there: {said['failures']}")
    return said


def milliseconds() -> int:
    """On the clock that the fleet reads too."""
    return time.monotonic_ns() // 1_000_000
