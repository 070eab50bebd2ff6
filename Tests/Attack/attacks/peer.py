"""A peer that speaks TLS as it should, and over it whatever it likes; and the frames to say."""

import select
import socket
import ssl
import time

import hpack
from hyperframe import frame as frames

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CODES = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
         "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
         "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"]
# Strangers come from elsewhere than the honest client, as on the internet.
ELSEWHERE = "127.0.0.2"


def connect(port, source=ELSEWHERE, timeout=5):
    """A TCP socket from one of the loopback's addresses."""
    return socket.create_connection(("127.0.0.1", port), timeout, (source, 0))


def context(identity=None, alpn=("h2",), newest=ssl.TLSVersion.TLSv1_3):
    """How an attacker does TLS: it asks nothing of the server."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    tls.maximum_version = newest
    if alpn:
        tls.set_alpn_protocols(list(alpn))
    if identity:
        tls.load_cert_chain(identity / "cert.pem", identity / "key.pem")
    return tls


class Peer:
    """One connection over which HTTP/2 frames, or other bytes, are sent."""

    def __init__(self, port, identity, settings=None, greet=True, source=ELSEWHERE):
        self.received = bytearray()
        self.is_open = True
        self.socket = context(identity).wrap_socket(connect(port, source))
        if greet:
            self.send(PREFACE + frames.SettingsFrame(0, settings=settings or {}).serialize())

    def send(self, data, reading=True):
        """False once the server takes no more. Reads meanwhile, unless told not to."""
        if reading:
            self.read(0)
        try:
            self.socket.sendall(data)
        except OSError:
            self.is_open = False
        return self.is_open

    def read(self, seconds):
        """Takes in what comes within the time; false at the end."""
        end = time.monotonic() + seconds
        while self.is_open:
            if not self.socket.pending():
                left = max(0, end - time.monotonic())
                if not select.select([self.socket], [], [], left)[0]:
                    return True
            try:
                data = self.socket.recv(65536)
            except ssl.SSLWantReadError:
                continue
            except OSError:
                data = b""
            self.received += data
            self.is_open = bool(data)
        return False

    def flood(self, chunk, times, reading=True):
        """Sends the chunk again and again while the server takes it; returns how often."""
        for done in range(times):
            if not self.send(chunk, reading):
                return done
        return times

    def answer(self, seconds=3):
        """Waits for the connection's end, and says in a few words what the server said."""
        ended = not self.read(seconds)
        said = {}
        for one in self.frames():
            if isinstance(one, frames.GoAwayFrame):
                said[f"GOAWAY {CODES[one.error_code]}"] = 1
            elif isinstance(one, frames.RstStreamFrame):
                code = f"RST {CODES[one.error_code]}"
                said[code] = said.get(code, 0) + 1
        words = [what if count == 1 else f"{count} {what}" for what, count in said.items()]
        return ", ".join(words + ["closed" if ended else "open"])

    def frames(self):
        """All whole frames that came so far."""
        view = memoryview(bytes(self.received))
        while len(view) >= 9:
            one, length = frames.Frame.parse_frame_header(view[:9])
            if len(view) < 9 + length:
                return
            one.parse_body(view[9 : 9 + length])
            view = view[9 + length :]
            yield one

    def close(self):
        self.is_open = False
        self.socket.close()


def fields(path, *more):
    return [(":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "x"),
            ("te", "trailers"), ("content-type", "application/grpc"), *more]


def block(path, *more):
    """A header block that leaves nothing in the server's table, so that it can be sent again."""
    encoder = hpack.Encoder()
    return encoder.encode([hpack.NeverIndexedHeaderTuple(*field) for field in fields(path, *more)])


def headers(stream, encoded, *flags):
    one = frames.HeadersFrame(stream, encoded, flags=["END_HEADERS", *flags])
    return one.serialize()


def data(stream, payload, *flags):
    return frames.DataFrame(stream, payload, flags=list(flags)).serialize()


def message(payload=b"", length=None):
    """A gRPC message; with another length than it has, if one is given."""
    count = len(payload) if length is None else length
    return b"\0" + count.to_bytes(4, "big") + payload


CHECK = block("/grpc.health.v1.Health/Check")
FETCH = block("/isthmus.v1.AgentLink/FetchArtifact")
SESSION = block("/isthmus.v1.AgentLink/Session")


def fetch(stream, artifact):
    """A call that answers with many megabytes."""
    asked = b"\x0a" + bytes([len(artifact)]) + artifact.encode()
    return headers(stream, FETCH) + data(stream, message(asked), "END_STREAM")
