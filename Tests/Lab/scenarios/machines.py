"""The lab's hosts, as the scenarios use them."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

LAB = Path(__file__).parents[1] / "lab.sh"
STATE = Path(os.environ.get("LAB_DIR", Path.home() / ".cache/isthmus-lab")) / "run"
WAN_DELAY = "75ms"


class CommandFailed(Exception):
    """A command that had to work did not."""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    status: int
    output: str
    errors: str

    @property
    def text(self):
        """All that it said, for a failure's message."""
        return (self.output + self.errors).strip()


@dataclass(frozen=True)
class Host:
    """One host: its number in the lab, and the name the plan has for it."""

    number: int
    name: str

    @property
    def address(self):
        return f"203.0.113.{10 + self.number}"

    @property
    def disk(self):
        """The host's own disk, seen from outside: what was written since its image."""
        return STATE / f"host-{self.number}" / "disk"

    def run(self, *command, stdin=""):
        """Runs a program as root; `stdin` is what it reads."""
        done = subprocess.run(
            [LAB, "exec", str(self.number), *command],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *command):
        """Starts a program and returns without waiting; its output is read from the process."""
        return subprocess.Popen(
            [LAB, "exec", str(self.number), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )

    def output(self, *command, stdin=""):
        """What a program prints that has to work."""
        result = self.run(*command, stdin=stdin)
        if result.status:
            raise CommandFailed(f"{self.name}: {' '.join(command)}: {result.text}")
        return result.output

    def shell(self, script):
        return self.output("sh", "-ec", script)

    def write(self, path, text):
        """Writes a file that only root reads; its content is in no argument."""
        self.output("sh", "-ec", f"umask 077; cat >{path}", stdin=text)

    def install(self, *packages):
        self.output("apt-get", "-qq", "update")
        self.output("apt-get", "-qq", "-y", "--no-install-recommends", "install", *packages)


SERVER = Host(1, "kube-japan")
AGENTS = [Host(2, "kube-seoul"), Host(3, "kube-chuncheon")]
NODES = [SERVER, *AGENTS]
COORDINATOR = Host(4, "coordinator")
ALL = [*NODES, COORDINATOR]


def lab(*arguments):
    """Tells the lab something: `lab("cut", "2")`."""
    subprocess.run([LAB, *arguments], check=True, stdin=subprocess.DEVNULL)


def fresh_machines():
    """Machines that nothing was ever done to, far apart."""
    for host in ALL:
        lab("fresh", str(host.number))
    lab("delay", WAN_DELAY, "0")


def each(hosts, work):
    """Does the same on several hosts at once; the results in the hosts' order."""
    with ThreadPoolExecutor(len(hosts)) as pool:
        return list(pool.map(work, hosts))
