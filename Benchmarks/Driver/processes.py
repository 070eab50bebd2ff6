"""The processes that are measured: each is stopped by whoever started it."""

import json
import os
import subprocess
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """A measurement that did not come about, for a person."""


class Programs:
    """Where the programs and the certificates lie."""

    def __init__(self, programs: Path, certificates: Path, python: Path | None = None):
        self.server, self.client = programs / "BenchmarkServer", programs / "BenchmarkClient"
        self.fleet, self.coordinator = programs / "Fleet", programs / "coordinator"
        self.certificates = certificates
        # What runs Python's grpcio, where there is one that can.
        self.grpcio = [python, Path(__file__).with_name("grpcio_echo.py")] if python else None


class Process:
    """A process that says a line when it is ready and lives to the end of its standard input."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.greeting = self.process.stdout.readline()
        if not self.greeting:
            raise Failure(f"{command[0]} ended before it was ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self) -> float:
        """What it has used of all cores, in user and kernel mode."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / CLOCK_TICKS

    def resident_kib(self) -> int:
        """How much of it is in memory (VmRSS)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise Failure(f"process {self.process.pid} has no VmRSS: it is gone")


class Server(Process):
    """One server over one of the transports."""

    def __init__(self, programs: Programs, *arguments):
        super().__init__(programs.server, "--certificates", programs.certificates, *arguments)
        self.port = int(self.greeting.split()[1])


class GrpcioServer(Process):
    """The unary method over Python's grpcio."""

    def __init__(self, programs: Programs):
        super().__init__(*programs.grpcio, "serve", programs.certificates)
        self.port = int(self.greeting.split()[1])


def grpcio_call(programs: Programs, server: Process, concurrency: int, seconds=1) -> dict:
    """Has Python's grpcio call, and returns what it measured."""
    words = [*programs.grpcio, "call", programs.certificates, server.port, concurrency, seconds]
    return said(words, seconds)


def call(programs: Programs, server: Server, *arguments, seconds: float = 1) -> dict:
    """Runs a client against a server, and returns what it measured."""
    command = [
        programs.client, "--certificates", programs.certificates, "--port", server.port,
        "--seconds", seconds, *arguments,
    ]
    return said(command, seconds)


def said(command: list, seconds: float) -> dict:
    """What a program says that measures for so long."""
    ran = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 30,
    )
    if ran.returncode != 0:
        raise Failure(f"{' '.join(map(str, command[1:]))}: {ran.stderr.strip()[-500:]}")
    return json.loads(ran.stdout)
