"""Attacks that take hold of something and do not let go: connections, windows, halves of messages."""

import time

from hyperframe import frame as frames

from .peer import CHECK, SESSION, Peer, connect, data, fetch, headers, message

INITIAL_WINDOW_SIZE = 4
CONNECTIONS = 40
CALLS = 100


def window_zero(server, rogue):
    """Asks for many megabytes on every call it may have, and never opens the window."""
    peers = peers_of(server, rogue, {INITIAL_WINDOW_SIZE: 0})
    asked = 0
    for peer in peers:
        calls = (fetch(one, server.artifact) for one in range(1, 2 * CALLS, 2))
        asked += CALLS if peer.send(b"".join(calls)) else 0
    return f"{asked} calls", close(peers)


def slow_handshake(server, rogue):
    sockets = [connect(server.port) for _ in range(500)]
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
    begun, left = time.monotonic(), sockets
    for byte in hello:
        left = [one for one in left if takes(one, bytes([byte]))]
        if not left or time.monotonic() > begun + 20:
            break
        time.sleep(0.5)
    for one in sockets:
        one.close()
    return "500 connections", f"{len(left)} left after {time.monotonic() - begun:.0f} s"


def takes(one, data):
    try:
        one.sendall(data)
    except OSError:
        return False
    return True


def slow_headers(server, rogue):
    peers = peers_of(server, rogue, count=30)
    begun = time.monotonic()
    for peer in peers:
        peer.send(frames.HeadersFrame(1, CHECK).serialize())
    for peer in peers:
        peer.read(max(0, begun + 20 - time.monotonic()))
    said = close(peers)
    return "30 connections", f"{said} after {time.monotonic() - begun:.0f} s"


def slow_body(server, rogue):
    """Begins messages of 4 MiB on every call it may have, as far as the windows go."""
    peers = peers_of(server, rogue, count=10)
    part = message(bytes(16_000), length=4 * 1024 * 1024)
    for stream in range(1, 2 * CALLS, 2):
        for peer in peers:
            peer.send(headers(stream, SESSION) + data(stream, part)
                      + 2 * data(stream, bytes(16_000)))
    return f"{len(peers) * CALLS} messages", close(peers)


def many_connections(server, rogue):
    peers = peers_of(server, rogue, count=200)
    time.sleep(0.5)
    held = sum(peer.read(0) for peer in peers)
    close(peers)
    return "200 connections", f"{held} held"


def peers_of(server, rogue, settings=None, count=CONNECTIONS):
    return [Peer(server.port, rogue, settings) for _ in range(count)]


def close(peers):
    """Lets all go; how many the server had closed before."""
    cut = sum(not peer.read(0.01) for peer in peers)
    for peer in peers:
        peer.close()
    return f"{cut} of {len(peers)} cut off"
