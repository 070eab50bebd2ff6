"""Peers that do not speak the protocol, or speak it out of all measure."""

import gzip
import os
import ssl

import hpack
from hyperframe import frame as frames

from .peer import (
    CHECK, SESSION, Peer, block, connect, context, data, fields, headers, message)

COMPRESSED_CHECK = block("/grpc.health.v1.Health/Check", ("grpc-encoding", "gzip"))


def hpack_bombs(server, rogue):
    """A field of 3000 bytes that the table keeps, and 4000 references to it in every block."""
    peer, sent = Peer(server.port, rogue), 0
    block = hpack.Encoder().encode(fields("/a.B/C", ("a", "x" * 3000)), huffman=False)
    for stream in range(1, 2001, 2):
        if not peer.send(headers(stream, block + b"\xbe" * 4000)):
            break
        sent += 1
    return f"{sent} blocks", peer.answer()


def churn(server, rogue):
    """Honest calls, a hundred at a time, one connection."""
    peer, done = Peer(server.port, rogue), 0
    for first in range(1, 200_001, 200):
        calls = (
            headers(one, CHECK) + data(one, message(), "END_STREAM")
            for one in range(first, first + 200, 2)
        )
        peer.received.clear()
        peer.send(frames.WindowUpdateFrame(0, window_increment=700).serialize())
        if not peer.send(b"".join(calls)):
            break
        ended = 0
        while ended < 100 and peer.read(0.002):
            ended = sum(isinstance(one, frames.HeadersFrame) and "END_STREAM" in one.flags
                        for one in peer.frames())
        done += ended
    peer.close()
    return f"{done} calls", "open" if done == 100_000 else "cut off"


def oversized(server, rogue):
    peer = Peer(server.port, rogue)
    for stream in range(1, 2001, 2):
        peer.send(headers(stream, SESSION) + data(stream, message(bytes(100), 2**32 - 1)))
    peer.read(0.5)
    refused = sum(isinstance(one, frames.HeadersFrame) for one in peer.frames())
    peer.close()
    return "1000 messages", f"{refused} refused"


def gzip_bombs(server, rogue):
    """Messages of 4 kB that inflate to one byte more than may be, on as many calls as it may have."""
    peer, sent = Peer(server.port, rogue), 0
    bomb = gzip.compress(bytes(4 * 1024 * 1024 + 1), 9)
    bomb = b"\1" + len(bomb).to_bytes(4, "big") + bomb
    for stream in range(1, 2001, 2):
        if not peer.send(headers(stream, COMPRESSED_CHECK) + data(stream, bomb, "END_STREAM")):
            break
        sent += 1
    peer.read(1)
    said = sum(isinstance(one, (frames.HeadersFrame, frames.RstStreamFrame))
               for one in peer.frames())
    peer.close()
    return f"{sent} messages", f"{said} refused"


def garbage(server, rogue):
    peer = Peer(server.port, rogue)
    sent = peer.flood(os.urandom(16_384), 100)
    return f"{sent} x 16 KiB", peer.answer()


def plaintext(server, rogue):
    with connect(server.port) as one:
        one.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while one.recv(4096):
            pass
    return "1 request", "closed"


def refused_handshake(**how):
    def attack(server, rogue):
        try:
            with context(rogue, **how).wrap_socket(connect(server.port)) as one:
                said = "closed" if not one.recv(4096) else "answered"
        except (ssl.SSLError, ConnectionResetError) as error:
            said = getattr(error, "reason", None) or "reset"
        if said == "answered":
            raise RuntimeError("the server answered")
        return "1 handshake", said

    return attack


old_tls = refused_handshake(newest=ssl.TLSVersion.TLSv1_2)
no_alpn = refused_handshake(alpn=())
