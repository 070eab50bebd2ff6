"""Full TLS 1.3 handshakes in which both sides show a certificate."""

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from processes import Failure, Process, Programs, Server
from rounds import Row, alternate

SECONDS = 2
LIMIT = "openssl s_time to s_server"


class OpenSSLServer(Process):
    """`openssl s_server` with the same certificates: what OpenSSL does without a transport."""

    def __init__(self, programs: Programs):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        folder = programs.certificates
        command = [
            "openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-quiet", "-tls1_3",
            "-cert", folder / "server.pem", "-key", folder / "server.key",
            "-CAfile", folder / "ca.pem", "-Verify", "3", "-verify_return_error",
            "-alpn", "h2", "-num_tickets", "0",
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 5
        while not self.listens():
            if time.monotonic() > end:
                self.__exit__()
                raise Failure(f"openssl s_server does not listen on port {self.port}")
            time.sleep(0.02)

    def listens(self) -> bool:
        """Whether it can be reached by now."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        # It does not look at its standard input while nobody is connected.
        self.process.terminate()
        super().__exit__()


def client_context(programs: Programs) -> ssl.SSLContext:
    """A client as Isthmus' own: HTTP/2, a certificate, an authority, no host name."""
    context = ssl.create_default_context(cafile=programs.certificates / "ca.pem")
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(
        programs.certificates / "client.pem", programs.certificates / "client.key"
    )
    return context


def handshakes(context: ssl.SSLContext, port: int) -> tuple[int, float]:
    """How many in how many seconds, one after the other, as `openssl s_time -new` does."""
    count, begun = 0, time.monotonic()
    while time.monotonic() < begun + SECONDS:
        with socket.create_connection(("127.0.0.1", port)) as plain:
            context.wrap_socket(plain).close()
        count += 1
    return count, time.monotonic() - begun


def s_time(programs: Programs, port: int) -> tuple[int, float]:
    """What `openssl s_time` says; it speaks no ALPN, which Isthmus demands."""
    folder, begun = programs.certificates, time.monotonic()
    said = subprocess.run(
        [
            "openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-tls1_3",
            "-time", str(SECONDS), "-cert", folder / "client.pem", "-key", folder / "client.key",
            "-CAfile", folder / "ca.pem",
        ],
        capture_output=True, text=True, timeout=SECONDS + 20,
    ).stdout
    # Its own seconds are whole ones, and one too many.
    seconds = time.monotonic() - begun
    found = re.search(r"(\d+) connections in \d+ real seconds", said)
    if not found:
        raise Failure(f"openssl s_time said {said[-200:]!r}")
    return int(found[1]), seconds


def run(programs: Programs, rounds: int) -> list[Row]:
    """The same client for both transports and for OpenSSL's own server."""
    context = client_context(programs)
    with ExitStack() as stack:
        servers = {
            "isthmus": stack.enter_context(Server(programs, "--transport", "isthmus")),
            "peer": stack.enter_context(Server(programs, "--transport", "peer")),
            "openssl s_server": stack.enter_context(OpenSSLServer(programs)),
        }
        subjects = {
            name: partial(measure, server, partial(handshakes, context, server.port))
            for name, server in servers.items()
        }
        limit = servers["openssl s_server"]
        subjects[LIMIT] = partial(measure, limit, partial(s_time, programs, limit.port))
        return alternate("handshakes", "one after the other", rounds, subjects, LIMIT)


def measure(server: Process, client: Callable[[], tuple[int, float]]) -> dict[str, float]:
    """One turn of a client, which says how many handshakes it made in how many seconds."""
    before = server.cpu_seconds()
    count, seconds = client()
    cost = (server.cpu_seconds() - before) / count
    return {"1/s": count / seconds, "us of server CPU each": cost * 1e6}
