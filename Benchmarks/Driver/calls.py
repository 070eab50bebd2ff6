"""Unary calls and streams."""

from processes import Programs, Server, call
from rounds import Row, alternate

# Who handles and who calls: the server's arguments and the client's.
SIDES = {
    "isthmus, handlers and callers on loops": (["--transport", "isthmus"], ["isthmus"]),
    "isthmus, callers on the pool": (["--transport", "isthmus"], ["isthmus", "--pool"]),
    "isthmus, all on the pool": (["--transport", "isthmus", "--pool"], ["isthmus", "--pool"]),
    "peer": (["--transport", "peer"], ["peer"]),
}

KINDS = {"100 B": 100, "16 KiB": 16 << 10, "1 MiB": 1 << 20}


def unary(programs: Programs, rounds: int) -> list[Row]:
    """Calls of 64 bytes each way over one connection, one or many at once."""
    rows = []
    for concurrency in (1, 64, 512):
        arguments = ["--concurrency", concurrency]
        rows += sides(programs, "unary", f"{concurrency} at once", "calls/s", rounds, arguments)
    return rows


def streams(programs: Programs, rounds: int) -> list[Row]:
    """One stream over one connection, as fast as it goes."""
    rows = []
    for measure, name in (("download", "server stream"), ("upload", "client stream")):
        for kind, size in KINDS.items():
            arguments = ["--measure", measure, "--bytes", size]
            rows += sides(programs, name, kind, "messages/s", rounds, arguments)
    return rows


def sides(programs, part, what, unit, rounds, arguments) -> list[Row]:
    """The same measurement for each of SIDES, with servers that are new."""
    servers = {name: Server(programs, *server) for name, (server, _) in SIDES.items()}

    def turn(name):
        client = ["--transport", *SIDES[name][1], *arguments]
        return lambda: call(programs, servers[name], *client)["rate"]

    try:
        return alternate(part, what, unit, rounds, {name: turn(name) for name in SIDES}, "peer")
    finally:
        for server in servers.values():
            server.__exit__()
