"""What a second event loop brings."""

import json
import resource
import subprocess
import sys
from functools import partial

from processes import Failure, Programs, Server
from rounds import Row, alternate

# A connection stays on its loop, so there are as many clients as loops.
CLIENTS = 2
SECONDS = 1
# The client's calls before those that count.
WARM_UP = 0.2

# A call of 64 bytes costs its client about as much as the server, and both share the machine's cores; one
# that keeps its handler busy for a fifth of a millisecond is nearly all the server's.
KINDS = {"64 B": ["--measure", "unary"], "200 us of work": ["--measure", "work", "--bytes", 200]}


def run(programs: Programs, rounds: int) -> list[Row]:
    """Two clients of 32 calls at once each, handlers on loops, one and two of those."""
    rows = []
    for kind, arguments in KINDS.items():
        with (
            Server(programs, "--transport", "isthmus", "--loops", 1) as one,
            Server(programs, "--transport", "isthmus", "--loops", 2) as two,
        ):
            subjects = {
                "1 loop": partial(measure, programs, one, arguments),
                "2 loops": partial(measure, programs, two, arguments),
            }
            what = f"{CLIENTS} x 32 at once, {kind}"
            rows += alternate("unary", what, rounds, subjects, "1 loop")
    return rows


def measure(programs: Programs, server: Server, arguments: list) -> dict[str, float]:
    """All clients at once, and what the calls cost both ends."""
    before, children = server.cpu_seconds(), children_seconds()
    command = [
        programs.client, "--certificates", programs.certificates, "--port", server.port,
        "--transport", "isthmus", "--concurrency", 32, "--seconds", SECONDS, *arguments,
    ]
    clients = [
        subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=sys.stderr)
        for _ in range(CLIENTS)
    ]
    said = [client.communicate(timeout=SECONDS + 30)[0] for client in clients]
    if any(client.returncode for client in clients):
        raise Failure("a client of the event loops failed")
    rate = sum(json.loads(line)["rate"] for line in said)
    calls = rate * SECONDS * (1 + WARM_UP)
    return {
        "calls/s": rate,
        "us of server CPU each": (server.cpu_seconds() - before) / calls * 1e6,
        "us of client CPU each": (children_seconds() - children) / calls * 1e6,
    }


def children_seconds() -> float:
    """What processes that have ended used of all cores."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
