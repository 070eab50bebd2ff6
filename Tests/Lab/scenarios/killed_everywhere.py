"""The coordinator is killed with SIGKILL whenever a record has come into its journal; then, on fresh
machines, every agent whenever it has written what it is about to do. Both rollouts end, and both leave
what an undisturbed one leaves."""

import json
import threading

from . import cluster
from .machines import COORDINATOR, NODES, Result, each, fresh_machines
from .report import eventually
from .state import state_of_the_cluster

# Started again at once and without end: systemd's own patience is not what is looked at here.
QUICK = """[Unit]
StartLimitIntervalSec=0
[Service]
RestartSec=100ms
"""

STORE = "/var/lib/isthmus/isthmus.sqlite"

# Kills when the number of the journal's last record has grown; says so for each time.
KILL_AFTER_RECORDS = f"""
last=0
while :; do
    now=$(sqlite3 -readonly {STORE} 'SELECT coalesce(max(number), 0) FROM journal' \\
        2>/dev/null || echo 0)
    [ "$now" -gt "$last" ] || {{ sleep 0.005; continue; }}
    last=$now
    pkill -KILL -x coordinator -u isthmus && echo "record $now"
done
"""

# Kills when there is an intent that was not there before.
KILL_AFTER_INTENTS = """
cd /var/lib/isthmus-agent/executions
seen=' '
while :; do
    for intent in *.intent; do
        [ -e "$intent" ] || continue
        case $seen in *" $intent "*) continue ;; esac
        seen="$seen$intent "
        pkill -KILL -x node-agent && echo "intent $intent"
    done
    sleep 0.005
done
"""


def run(report):
    states = {}
    for victim, prepare, hosts, script in [
        ("nobody", None, [], ""),
        ("the coordinator", hurry_coordinator, [COORDINATOR], KILL_AFTER_RECORDS),
        ("each agent", hurry_agents, NODES, KILL_AFTER_INTENTS),
    ]:
        with report.phase(f"fresh machines, of which {victim} is killed"):
            set_up(report, prepare)
        with report.phase(f"rollout while {victim} is killed"):
            kills = rollout_under_fire(report, hosts, script)
        if hosts:
            times = ", ".join(map(str, kills))
            print(f"     {victim} was killed {times} times, of {records()} records", flush=True)
            report.check(f"{victim} was killed often", min(kills) >= 5, kills)
        states[victim] = state_of_the_cluster()
        # The last record was a reason to kill, too.
        report.check("the agents come back", eventually(60, cluster.agents_are_connected))
        again = cluster.rollout(cluster.lab_plan())
        report.equal("another rollout changes nothing", again.end.get("changed"), 0)
    for victim in ["the coordinator", "each agent"]:
        report.equal(
            f"where {victim} was killed all is as where nobody was",
            differences(states["nobody"], states[victim]), {})


def records():
    """How many the coordinator's journal has."""
    query = "SELECT count(*) FROM journal"
    COORDINATOR.install("sqlite3")
    return COORDINATOR.output("sqlite3", "-readonly", STORE, query).strip()


def set_up(report, prepare):
    fresh_machines()
    cluster.install_packages()
    if prepare:
        prepare()
    cluster.start_coordinator()
    cluster.enroll_all()
    report.check("the agents connect", eventually(20, cluster.agents_are_connected))


def hurry(host, unit):
    folder = f"/etc/systemd/system/{unit}.service.d"
    host.output("mkdir", "-p", folder)
    host.write(f"{folder}/quick.conf", QUICK)
    host.output("systemctl", "daemon-reload")


def hurry_coordinator():
    COORDINATOR.install("sqlite3")
    hurry(COORDINATOR, "isthmus-coordinator")


def hurry_agents():
    each(NODES, lambda host: hurry(host, "isthmus-agent"))


def rollout_under_fire(report, hosts, script):
    """Rolls out while the scripts run; how often each of them killed."""
    watchers = [host.start("sh", "-c", script) for host in hosts]
    COORDINATOR.write(cluster.PLAN, json.dumps(cluster.lab_plan()))
    command = COORDINATOR.start(
        "coordinator", "rollout", "--plan", cluster.PLAN, "--output", "json")
    errors = []
    drain = threading.Thread(target=lambda: errors.append(command.stderr.read()))
    drain.start()
    output = command.stdout.read()
    drain.join()
    done = cluster.Rollout(Result(command.wait(), output, "".join(errors)))
    for host, watcher in zip(hosts, watchers):
        host.run("pkill", "-x", "sh")
        watcher.wait()
    if not done.end:
        # The very first kill can come before the rollout's name is told.
        done = cluster.Rollout(COORDINATOR.run(
            "coordinator", "rollout", "watch", cluster.latest_rollout(), "--output", "json"))
    report.equal("the rollout succeeds", done.end.get("outcome"), "succeeded")
    report.equal("nothing of it failed", done.end.get("failed"), 0)
    return [len(watcher.stdout.read().splitlines()) for watcher in watchers]


def differences(wanted, seen):
    return {
        key: (wanted.get(key), seen.get(key))
        for key in wanted.keys() | seen.keys() if wanted.get(key) != seen.get(key)}
