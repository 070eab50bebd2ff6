"""Attacks on a coordinator, one after the other, and what each cost it.

    python -m attacks PROGRAMS [NAME...]     the folder with the built programs, and which attacks
"""

import resource
import sys
import tempfile
import time

from hyperframe import frame as frames

from . import credentials, holders, rough
from .honest import Honest
from .peer import CHECK, Peer, connect, headers
from .server import MIB, Server

GROWTH = 64 * MIB
LINES = 30
# An attack that is cut off begins anew for so long, so that enough honest calls fall into its time.
SECONDS = 3
CALLS = 30


def cheap(one):
    def attack(server, rogue):
        peer = Peer(server.port, rogue)
        peer.send(headers(1, CHECK))
        sent = 100 * peer.flood(one.serialize() * 100, 1000)
        return f"{sent} frames", peer.answer()

    return attack


def rapid_reset(server, rogue):
    peer, sent = Peer(server.port, rogue), 0
    for stream in range(1, 200_001, 200):
        pairs = (
            headers(one, CHECK) + frames.RstStreamFrame(one, error_code=8).serialize()
            for one in range(stream, stream + 200, 2)
        )
        if not peer.send(b"".join(pairs)):
            break
        sent += 200
    return f"{sent} frames", peer.answer()


def continuation(server, rogue):
    peer = Peer(server.port, rogue)
    peer.send(frames.HeadersFrame(1, CHECK).serialize())
    sent = 100 * peer.flood(frames.ContinuationFrame(1, b"\x82").serialize() * 100, 1000)
    return f"{sent} frames", peer.answer()


def idle(server, rogue):
    """More connections than the coordinator may have descriptors: it must neither end nor spin."""
    sockets = [connect(server.port) for _ in range(5000)]
    time.sleep(1)
    before = server.cpu()
    time.sleep(2)
    used, held = server.cpu() - before, server.descriptors()
    if used > 1:
        raise RuntimeError(f"{used:.1f} s of processor time in 2 s: accepting spins")
    for one in sockets:
        one.close()
    return "5000 connections", f"{held} descriptors held"


def few_descriptors(server, rogue):
    """Takes descriptors away from the coordinator while it works, down to a few more than it has."""
    spare, before = server.descriptors() + 24, server.cpu()
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (spare, hard))
    begun, most, sockets = time.monotonic(), 0, []
    try:
        while time.monotonic() < begun + SECONDS:
            try:
                sockets.append(connect(server.port, timeout=0.2))
            except OSError:
                pass
            most = max(most, server.descriptors())
    finally:
        for one in sockets:
            one.close()
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
    used = (server.cpu() - before) / (time.monotonic() - begun)
    if used > 0.5:
        raise RuntimeError(f"{used:.2f} of a processor: accepting spins")
    return f"{len(sockets)} connections", f"{most} of {spare} descriptors, {used:.2f} of a processor"


ATTACKS = {
    "rapid reset": rapid_reset,
    "CONTINUATION": continuation,
    "SETTINGS": cheap(frames.SettingsFrame(0)),
    "PING": cheap(frames.PingFrame(0, b"12345678")),
    "RST_STREAM": cheap(frames.RstStreamFrame(1, error_code=8)),
    "empty DATA": cheap(frames.DataFrame(1)),
    "PRIORITY": cheap(frames.PriorityFrame(3, depends_on=0, stream_weight=1)),
    "WINDOW_UPDATE": cheap(frames.WindowUpdateFrame(0, window_increment=1)),
    "idle TCP": idle,
    "HPACK bombs": rough.hpack_bombs,
    "stream churn": rough.churn,
    "oversized": rough.oversized,
    "gzip bombs": rough.gzip_bombs,
    "garbage": rough.garbage,
    "plaintext": rough.plaintext,
    "TLS 1.2": rough.old_tls,
    "no ALPN": rough.no_alpn,
    "window zero": holders.window_zero,
    "slow handshake": holders.slow_handshake,
    "slow headers": holders.slow_headers,
    "slow body": holders.slow_body,
    "one certificate": holders.many_connections,
    "token guesses": credentials.token_guesses,
    "revocation": credentials.revocation,
    "few descriptors": few_descriptors,
}
# These are served, or cannot even be accepted: there is nothing to log.
UNNAMED = {"stream churn", "slow body"}
# Those that may shut out newcomers while they last: an agent knocks again.
SHUTTING = {"few descriptors"}


def run(name, attack, server, honest, rogue):
    mark, before = server.mark(), server.rss()
    server.reset_peak()
    begun = time.monotonic()
    sent, answer = attack(server, rogue)
    times_over = 1
    while time.monotonic() < begun + SECONDS:
        attack(server, rogue)
        times_over += 1
    ended = time.monotonic()
    time.sleep(0.3)
    if not server.is_running:
        last = "\n    ".join(line[:300] for line in server.lines(mark)[-12:])
        print(f"{name:14} the coordinator has ended\n    {last}", flush=True)
        return False
    peak, after, lines = server.rss("VmHWM"), server.rss(), server.lines(mark)
    times, failures = honest.between(begun, ended)
    p99 = times[int(len(times) * 0.99)] if times else float("nan")
    print(f"{name:14} {times_over:3} x {sent:17} RSS {before // MIB}/{peak // MIB}/{after // MIB} MiB  "
          f"p99 {p99:.0f} ms of {len(times)}, {len(failures)} failed  "
          f"{answer}  {len(lines)} lines", flush=True)
    for line in failures[:2] + lines[:1]:
        print(f"    {line[:160]}")
    named = name in UNNAMED or any("127.0.0.2" in line for line in lines)
    counted = [one for one in failures if name not in SHUTTING or not one.startswith("fresh")]
    answered = len(times) >= CALLS and not counted
    return peak - before < GROWTH and answered and named and len(lines) <= LINES


def main(programs, *names):
    chosen = {name: ATTACKS[name] for name in names or ATTACKS}
    with tempfile.TemporaryDirectory(prefix="isthmus-attack-") as folder:
        server, honest = Server(programs, folder), None
        try:
            server.start()
            honest = Honest(server.port, server.enroll("honest"), server.folder / "honest.log")
            rogue = server.enroll("rogue")
            time.sleep(2)
            held = [run(name, attack, server, honest, rogue) for name, attack in chosen.items()]
        finally:
            if honest:
                honest.stop()
            server.stop()
    print(f"{sum(held)} of {len(held)} within bounds")
    return 0 if all(held) else 1


sys.exit(main(*sys.argv[1:]))
