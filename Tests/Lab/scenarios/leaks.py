"""Looking for secrets where none may be: arguments, environments, units, logs, journals."""

import base64
import os
import re
import socket
import struct
import threading
import time
from pathlib import Path

from .machines import AGENTS, ALL, COORDINATOR, NODES, SERVER

NETLINK_CONNECTOR = 11
PROCESS_EVENTS = 1  # CN_IDX_PROC
EXEC = 0x2


class ProcessWatch:
    """Remembers the arguments and environment of every program that starts on the machine, hosts
    included, from the kernel's own news of it; and the join tokens that pass through files."""

    def __init__(self):
        self.seen = {}
        self.join_tokens = set()
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self.watch_processes, self.watch_join_tokens)
        ]

    def __enter__(self):
        self.news = subscribe_to_process_news()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.news.close()

    def watch_processes(self):
        while not self.stopping.is_set():
            try:
                message = self.news.recv(4096)
            except (TimeoutError, OSError):  # nothing new, or more news than fitted
                continue
            kind = struct.unpack_from("=I", message, 36)[0]
            if kind == EXEC:
                self.remember(struct.unpack_from("=I", message, 52)[0])

    def remember(self, process):
        try:
            arguments = Path(f"/proc/{process}/cmdline").read_bytes()
            environment = Path(f"/proc/{process}/environ").read_bytes()
        except OSError:  # it has ended already
            return
        self.seen[arguments + b"\0" + environment] = arguments

    def watch_join_tokens(self):
        """K3s' join tokens live for minutes, in a file of each agent's."""
        files = [host.disk / "etc/rancher/k3s/join-token" for host in AGENTS]
        while not self.stopping.is_set():
            for file in files:
                try:
                    self.join_tokens.add(file.read_text().strip())
                except (OSError, UnicodeDecodeError):
                    pass
            time.sleep(0.02)

    def commands_with(self, secrets):
        """The programs that had one of these among their arguments or in their environment."""
        found = []
        for everything, arguments in self.seen.items():
            for name, value in secrets.items():
                if value.encode() in everything:
                    program = arguments.split(b"\0")[0].decode(errors="replace")
                    found.append(f"{name} in {program}")
        return found


def subscribe_to_process_news():
    news = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_CONNECTOR)
    news.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    news.bind((os.getpid(), PROCESS_EVENTS))
    listen = struct.pack("=I", 1)
    connector = struct.pack("=IIIIHH", PROCESS_EVENTS, 1, 0, 0, len(listen), 0) + listen
    news.send(struct.pack("=IHHII", 16 + len(connector), 3, 0, 0, os.getpid()) + connector)
    news.settimeout(0.2)
    return news


# ---- the secrets' real values


def secrets_of_the_run(tokens, watch):
    """What must not be found, by a name for the report."""
    secrets = {f"token of {host.name}": token for host, token in zip(NODES, tokens)}
    secrets |= {f"secret of {name}": secret_part(token) for name, token in secrets.items()}
    secrets["K3s' server token"] = SERVER.output(
        "cat", "/var/lib/rancher/k3s/server/token").strip()
    secrets["K3s' agent token"] = SERVER.output("cat", "/etc/rancher/k3s/agent-token").strip()
    for number, token in enumerate(sorted(watch.join_tokens - {""}), 1):
        secrets[f"K3s' join token {number}"] = token.split("::")[-1]
    for path in ("ca/key.pem", "coordinator/key.pem", "operator/key.pem"):
        secrets[path] = key_line(COORDINATOR, f"/var/lib/isthmus/{path}")
    for host in NODES:
        secrets[f"key of {host.name}"] = key_line(host, "/var/lib/isthmus-agent/key.pem")
        secrets[f"WireGuard key of {host.name}"] = host.output(
            "wg", "show", "kilo0", "private-key").strip()
    return {name: value for name, value in secrets.items() if len(value) >= 12}


def secret_part(token):
    """The longest stretch of a token that only it has: what the coordinator stores hashed."""
    parts = [part for part in re.split(r"[.:_]", token) if part]
    return max(parts[1:-1] or parts, key=len, default="")


def key_line(host, path):
    """The middle of a PEM file: the part with the number itself."""
    body = re.sub(r"-----[^-]+-----|\s", "", host.output("cat", path))
    raw = base64.b64decode(body)
    # The header of every P-256 key is the same; a line from inside is this key's alone.
    return base64.b64encode(raw[36:66]).decode()


# ---- the places


def places_with(secrets):
    """The files, units and journals of all hosts that have one of the secrets."""
    found = []
    for host in ALL:
        for place, text in readable_places(host).items():
            found += [
                f"{name} in {place} of {host.name}"
                for name, value in secrets.items()
                if value in text
            ]
    return found


def readable_places(host):
    return {
        "the journal": host.output("journalctl", "--no-pager", "--output=json", "--all"),
        "a unit": host.shell(
            "find /etc/systemd /usr/lib/systemd /run/systemd/system /run/systemd/transient"
            " -type f -print0 2>/dev/null | xargs -0 cat"),
        "a log": host.shell(
            "find /var/log -type f -not -path '*/journal/*' -print0 | xargs -0 -r cat"),
        "the agent's records": host.shell(
            "find /var/lib/isthmus-agent/executions -type f -print0 2>/dev/null"
            " | xargs -0 -r cat"),
    }
