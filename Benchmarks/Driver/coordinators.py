"""A real coordinator and the fleet of agents that calls it."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from processes import Failure, Process, Programs

CLUSTER = "fleet"


class Coordinator(Process):
    """`coordinator serve` with a new state; it can be stopped and started again."""

    def __init__(self, programs: Programs):
        self.program = programs.coordinator
        self.folder = Path(tempfile.mkdtemp(prefix="isthmus-coordinator-"))
        self.state = self.folder / "state"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        address = f"127.0.0.1:{self.port}"
        subprocess.run(
            [
                self.program, "init", "--cluster", CLUSTER, "--address", address,
                "--state", self.state,
            ],
            check=True, stdout=subprocess.DEVNULL,
        )

    def admit(self, nodes: Path) -> None:
        """Puts the fleet's nodes into the store, as if they had enrolled; not while it serves."""
        rows = [line.split() for line in nodes.read_text().splitlines()]
        with sqlite3.connect(self.state / "isthmus.sqlite") as store:
            store.executemany(
                "INSERT INTO node (id, facts, first_seen, address, certificate_serial,"
                " certificate_expires) VALUES (?, '{}', 1, '127.0.0.1', ?, ?)",
                rows,
            )
        store.close()

    def start(self) -> None:
        """Returns when it listens."""
        self.log = (self.folder / "log").open("a")
        self.process = subprocess.Popen(
            [
                self.program, "serve", "--state", self.state, "--stand-in-artifacts",
                "--listen", f"127.0.0.1:{self.port}",
            ],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        end = time.monotonic() + 20
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure(f"the coordinator does not serve: {self.log.name}")
            time.sleep(0.01)

    def listens(self) -> bool:
        """Whether a socket in the state LISTEN has its port."""
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == "0A" and int(local.rpartition(":")[2], 16) == self.port:
                return True
        return False

    def stop(self, number: signal.Signals) -> None:
        """Ends the process by a signal, and returns when it has ended."""
        self.process.send_signal(number)
        self.process.wait(60)
        self.log.close()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)


class Fleet(Process):
    """So many agents in one process; they call the coordinator at its port, or another that leads there."""

    def __init__(
        self, programs: Programs, coordinator: Coordinator, agents: int, port: int | None = None
    ):
        memory = Path("/dev/shm")
        self.folder = tempfile.mkdtemp(
            prefix="isthmus-fleet-", dir=memory if os.access(memory, os.W_OK) else None
        )
        super().__init__(
            programs.fleet, "--cluster", CLUSTER, "--port", port or coordinator.port,
            "--authority", coordinator.state / "ca", "--folder", self.folder,
            "--agents", agents,
        )
        self.nodes = Path(self.folder) / "nodes"

    def order(self, words: str) -> dict:
        """Has an order carried out; returns what the fleet says then."""
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Failure(f"the fleet ended at '{words}'")
        return json.loads(answer)

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.folder)
