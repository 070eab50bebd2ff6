"""A coordinator and its agents' credentials, as processes in a folder of their own."""

import os
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

MIB = 1024 * 1024
ARTIFACT_BYTES = 64 * MIB
# Fewer than the connections that some attacks make, for the coordinator cannot raise it.
DESCRIPTORS = 2000


class Server:
    """`coordinator serve` on a loopback port; what it holds, uses and says."""

    def __init__(self, programs, folder):
        self.programs = Path(programs)
        self.folder = Path(folder)
        self.state = self.folder / "coordinator"
        self.port = free_port()
        self.log = self.folder / "coordinator.log"
        self.agents = []
        self.process = None

    def start(self):
        self.run("coordinator", "init", "--cluster", "attacked", "--address", self.address)
        self.artifact = self._place_artifact()
        arguments = [self.programs / "coordinator", "serve", "--stand-in-artifacts"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*arguments, "--listen", self.address, "--state", self.state],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS)),
            )
        wait_until("the coordinator serves", lambda: b"serves" in self.log.read_bytes())

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments]
            + (["--state", self.state] if program == "coordinator" else []),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def _place_artifact(self):
        """An artifact that agents may fetch: its name is believed, as it is the coordinator's own."""
        name = "0" * 64
        folder = self.state / "artifacts"
        folder.mkdir(mode=0o700, exist_ok=True)
        with open(folder / name, "wb") as file:
            file.truncate(ARTIFACT_BYTES)
        return name

    # Agents

    def enroll(self, node):
        """Lets a node in, as an operator would; its state folder holds cert, key and authority."""
        token = self.folder / f"{node}.token"
        token.touch(mode=0o600)
        token.write_text(self.run("coordinator", "token", "create", "--node", node))
        state = self.folder / node
        self.run("node-agent", "enroll", "--coordinator", self.address, "--token-file", token,
                 *self._machine(node))
        return state

    def _machine(self, node):
        host = self.folder / "machines" / node
        return ["--host", f"simulated:{host}", "--state", self.folder / node]

    def run_agent(self, node):
        with open(self.folder / f"{node}.log", "ab") as log:
            agent = subprocess.Popen(
                [self.programs / "node-agent", "run", *self._machine(node)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.agents.append(agent)
        return agent

    def agent_log(self, node):
        return (self.folder / f"{node}.log").read_text(errors="replace")

    # What it costs

    def rss(self, field="VmRSS"):
        """Bytes in memory now, or with `VmHWM` at most since `reset_peak`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M)[1]) * 1024

    def reset_peak(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def cpu(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def lines(self, since=0):
        with open(self.log, "rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace").splitlines()

    def mark(self):
        return self.log.stat().st_size

    @property
    def is_running(self):
        return self.process.poll() is None

    # End

    def stop(self):
        for process in [*self.agents, self.process]:
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_until(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
