"""What connections cost on which nothing happens."""

import json

from processes import Failure, Process, Programs, Server
from rounds import Row

# The first thousand, and then nine more.
STEPS = (1000, 9000)


def run(programs: Programs, _rounds: int) -> list[Row]:
    """The server's memory with 0, 1,000 and 10,000 connections, each with an open stream.

    Both servers have the same clients, Isthmus' own, and are measured once: this is no matter of
    noise.
    """
    rows, each = [], {}
    for transport in ("isthmus", "peer"):
        with Server(programs, "--transport", transport) as server:
            sizes = measure(programs, server)
        for count, kib in sizes.items():
            rows.append(Row("RSS", f"{count:,} connections", transport, "MiB", kib / 1024))
        most = max(sizes)
        each[transport] = (sizes[most] - sizes[0]) / most
    for transport, kib in each.items():
        ratio = kib / each["peer"]
        rows.append(Row("RSS", "each connection", transport, "KiB", kib, ratio, "peer"))
    return rows


def measure(programs: Programs, server: Server) -> dict[int, int]:
    """KiB by the number of connections."""
    sizes, clients, total = {0: server.resident_kib()}, [], 0
    try:
        for count in STEPS:
            client = Process(
                programs.client, "--certificates", programs.certificates,
                "--port", server.port, "--transport", "isthmus",
                "--measure", "idle", "--concurrency", count,
            )
            clients.append(client)
            if json.loads(client.greeting)["connections"] != count:
                raise Failure(f"not all of {count} connections came about")
            total += count
            sizes[total] = server.resident_kib()
    finally:
        for client in clients:
            client.__exit__()
    return sizes
