"""Unary calls and streams."""

from contextlib import ExitStack
from functools import partial

from processes import GrpcioServer, Process, Programs, Server, call, grpcio_call
from rounds import Row, alternate

# Who handles and who calls: the server's arguments and the client's.
SIDES = {
    "isthmus, handlers and callers on loops": (["--transport", "isthmus"], ["isthmus"]),
    "isthmus, callers on the pool": (["--transport", "isthmus"], ["isthmus", "--pool"]),
    "isthmus, all on the pool": (["--transport", "isthmus", "--pool"], ["isthmus", "--pool"]),
    "peer": (["--transport", "peer"], ["peer"]),
}

KINDS = {"100 B": 100, "16 KiB": 16 << 10, "1 MiB": 1 << 20}


# The client's calls before those that count.
WARM_UP = 0.2


def unary(programs: Programs, rounds: int) -> list[Row]:
    """Calls of 64 bytes each way over one connection, one or many at once."""
    rows = []
    for concurrency in (1, 64, 512):
        arguments = ["--concurrency", concurrency]

        def measure(server, client, arguments=arguments):
            before = server.cpu_seconds()
            rate = call(programs, server, *client, *arguments)["rate"]
            cost = (server.cpu_seconds() - before) / (rate * (1 + WARM_UP))
            return {"calls/s": rate, "us of server CPU each": cost * 1e6}

        others = {}
        if concurrency <= 64:
            others["grpcio (Python) at both ends"] = partial(grpcio, programs, concurrency)
        rows += sides(programs, "unary", f"{concurrency} at once", rounds, measure, others)
    return rows


def grpcio(programs: Programs, concurrency: int, server: Process) -> dict[str, float]:
    """What another implementation makes of the same calls: C++ at heart, its callers in Python."""
    before = server.cpu_seconds()
    rate = grpcio_call(programs, server, concurrency)["rate"]
    cost = (server.cpu_seconds() - before) / (rate * (1 + WARM_UP))
    return {"calls/s": rate, "us of server CPU each": cost * 1e6}


def streams(programs: Programs, rounds: int) -> list[Row]:
    """One stream over one connection, as fast as it goes."""
    rows = []
    for direction, name in (("download", "server stream"), ("upload", "client stream")):
        for kind, size in KINDS.items():
            arguments = ["--measure", direction, "--bytes", size]

            def measure(server, client, arguments=arguments):
                return {"messages/s": call(programs, server, *client, *arguments)["rate"]}

            rows += sides(programs, name, kind, rounds, measure)
    return rows


def sides(programs, part, what, rounds, measure, others=None) -> list[Row]:
    """The same measurement for each of SIDES, with servers that are new, and that of grpcio's server
    for others where grpcio is there."""
    with ExitStack() as stack:
        subjects = {}
        for name, (server, client) in SIDES.items():
            running = stack.enter_context(Server(programs, *server))
            subjects[name] = partial(measure, running, ["--transport", *client])
        for name, other in (others or {}).items() if programs.grpcio else ():
            subjects[name] = partial(other, stack.enter_context(GrpcioServer(programs)))
        return alternate(part, what, rounds, subjects, "peer")
