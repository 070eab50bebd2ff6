"""Guesses at join tokens, and what a certificate is worth after its revocation."""

import hashlib
import os
import statistics
import subprocess
import sys
import time
from collections import Counter

import hpack
from hyperframe import frame as frames

from .peer import PREFACE, SESSION, Peer, block, connect, context, data, headers, message

SECONDS = 3
GUESSERS = 4
ENROLL = block("/isthmus.v1.Enrollment/Enroll")
STATUS = {"0": "ENROLLED", "8": "put off", "14": "UNAVAILABLE", "16": "refused"}
REVOCATIONS = 5
# A greeting that says nothing.
HELLO = b"\x0a\x00"


def forged_token():
    body = "isthmus-join-v1." + ".".join(os.urandom(n).hex() for n in (6, 32, 32)) + "."
    return body + hashlib.sha256(body.encode()).hexdigest()[:8]


def guess(port, tls):
    """One connection and one token, as the server demands; what came of it."""
    token = forged_token().encode()
    asked = message(b"\x0a" + bytes([len(token) & 0x7F | 0x80, len(token) >> 7]) + token)
    call = headers(1, ENROLL) + data(1, asked, "END_STREAM")
    try:
        with tls.wrap_socket(connect(port)) as one:
            one.sendall(PREFACE + frames.SettingsFrame(0).serialize() + call)
            received = b""
            while part := one.recv(65536):
                received += part
    except OSError:
        return "cut off"
    return answered(received)


def answered(received):
    decoder, view = hpack.Decoder(), memoryview(received)
    while len(view) >= 9:
        one, length = frames.Frame.parse_frame_header(view[:9])
        one.parse_body(view[9 : 9 + length])
        view = view[9 + length :]
        if isinstance(one, frames.HeadersFrame):
            status = dict(decoder.decode(one.data)).get("grpc-status")
            if status:
                return STATUS.get(status, status)
    return "cut off"


def guesser(port):
    """A process of its own: guesses until its time is over, and prints what came of it."""
    tls = context(alpn=("isthmus-enroll",))
    end, outcomes = time.monotonic() + SECONDS, Counter()
    while time.monotonic() < end:
        outcomes[guess(port, tls)] += 1
    print(*(f"{what}:{count}" for what, count in outcomes.items()), sep="\n")


def token_guesses(server, rogue):
    """As many guesses as this machine can, from one address; meanwhile a node enrols from another."""
    before, begun = server.cpu(), time.monotonic()
    # The door is open only while there is an unused token.
    server.run("coordinator", "token", "create", "--node", "expected")
    command = [sys.executable, "-m", "attacks.credentials", str(server.port)]
    guessers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                for _ in range(GUESSERS)]
    time.sleep(1)
    newcomer = f"newcomer-{time.monotonic_ns()}"
    enrolling = time.monotonic()
    server.enroll(newcomer)
    enrolled = time.monotonic() - enrolling
    outcomes = Counter()
    for one in guessers:
        for line in one.communicate(timeout=60)[0].splitlines():
            what, count = line.rsplit(":", 1)
            outcomes[what] += int(count)
    seconds, used = time.monotonic() - begun, server.cpu() - before
    total = sum(outcomes.values())
    if outcomes["ENROLLED"] or not outcomes["put off"]:
        raise RuntimeError(f"guesses were not put off: {outcomes}")
    return (f"{total} guesses",
            f"{total / SECONDS:.0f}/s, {1000 * used / total:.2f} ms of processor each; "
            f"{outcomes['refused']} looked at, {outcomes['put off']} put off, "
            f"{outcomes['cut off']} cut off; another address enrolled in {enrolled * 1000:.0f} ms")


def revocation(server, rogue):
    """A thief holds a session with a node's certificate; how long after the command that is cut."""
    cuts = sorted(revoke(server, f"stolen-{time.monotonic_ns()}") for _ in range(REVOCATIONS))
    return (f"{REVOCATIONS} sessions",
            f"cut {statistics.median(cuts):.0f} ms after the command was typed (median; "
            f"{cuts[0]:.0f} to {cuts[-1]:.0f})")


def revoke(server, node):
    """Milliseconds from the command, and its process' start, to the end of the thief's connection."""
    thief = Peer(server.port, server.enroll(node))
    thief.send(headers(1, SESSION))
    if not thief.read(0.2):
        raise RuntimeError("the session did not last until the revocation")
    typed = time.monotonic()
    command = subprocess.Popen(
        [server.programs / "coordinator", "node", "revoke", node, "--state", server.state],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
    outlived = thief.read(10)
    cut = 1000 * (time.monotonic() - typed)
    if command.wait(30) != 0 or outlived:
        raise RuntimeError("the session outlived the revocation by ten seconds")
    again = Peer(server.port, server.folder / node)
    again.send(headers(1, SESSION) + data(1, message(HELLO)))
    again.read(1)
    if answered(bytes(again.received)) != "refused":
        raise RuntimeError("a revoked certificate still calls")
    again.close()
    return cut


if __name__ == "__main__":
    guesser(int(sys.argv[1]))
