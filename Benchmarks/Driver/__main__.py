"""Measures Isthmus' transport and its peer in alternating rounds; Benchmarks/run.sh starts it."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import calls
import fleet
import handshakes
import idle
import loops
import rollouts
from processes import Failure, Programs
from rounds import table

PARTS = {
    "unary": calls.unary,
    "streams": calls.streams,
    "loops": loops.run,
    "handshakes": handshakes.run,
    "idle": idle.run,
    "restart": fleet.restart,
    "heartbeats": fleet.heartbeats,
    "rollouts": rollouts.run,
}


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--certificates", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--python", type=Path, help="one that has grpcio")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=PARTS)
    return parser.parse_args()


def main() -> None:
    """All parts, a line of JSON for each figure as it comes, one table at the end."""
    chosen = arguments()
    if chosen.rounds < 1:
        raise Failure("ROUNDS is 1 at least")
    programs = Programs(chosen.programs, chosen.certificates, chosen.python)
    # Ten thousand connections are as many files.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rows = []
    with chosen.results.open("w") as results:
        for name in [chosen.only] if chosen.only else PARTS:
            begun = time.monotonic()
            for row in PARTS[name](programs, chosen.rounds):
                results.write(json.dumps(row.json()) + "\n")
                rows.append(row)
            results.flush()
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(table(rows))
    print(f"The same as lines of JSON: {chosen.results}", file=sys.stderr)


try:
    main()
except Failure as failure:
    sys.exit(f"bench: {failure}")
