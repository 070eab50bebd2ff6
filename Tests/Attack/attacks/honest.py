"""An honest agent's calls while others attack: gRPC's own client, in a process of its own.

    python -m attacks.honest PORT CREDENTIALS

Calls Health/Check fifty times a second over one connection, and twice a second over a fresh one.
Prints a line for each: when it began (the monotonic clock), how long it took, and how it ended.
"""

import subprocess
import sys
import threading
import time

PATIENCE = 10


def main(port, folder):
    import grpc

    def read(name):
        with open(f"{folder}/{name}.pem", "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(
        read("ca"), read("key"), read("cert")
    )
    lock = threading.Lock()

    def channel():
        own = [("grpc.use_local_subchannel_pool", 1)]
        return grpc.secure_channel(f"127.0.0.1:{port}", credentials, own)

    def call(kind, over):
        begun = time.monotonic()
        try:
            over.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=PATIENCE)
            ending = "ok"
        except grpc.RpcError as error:
            ending = f"{error.code().name} {error.details()}".replace("\n", " ")
        with lock:
            print(f"{begun:.6f} {time.monotonic() - begun:.6f} {kind} {ending}", flush=True)

    def come_and_go():
        while True:
            with channel() as fresh:
                call("fresh", fresh)
            time.sleep(0.5)

    threading.Thread(target=come_and_go, daemon=True).start()
    with channel() as lasting:
        while True:
            call("lasting", lasting)
            time.sleep(0.02)


class Honest:
    """The process, and what it saw between two moments."""

    def __init__(self, port, credentials, record):
        self.record = record
        with open(record, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "attacks.honest", str(port), str(credentials)],
                stdin=subprocess.DEVNULL,
                stdout=output,
            )

    def between(self, begun, ended):
        """Milliseconds of the calls that began in the time, and the failures."""
        times, failures = [], []
        for line in self.record.read_text().splitlines():
            parts = line.split(" ", 3)
            if len(parts) == 4 and begun <= float(parts[0]) <= ended:
                times.append(float(parts[1]) * 1000)
                if parts[3] != "ok":
                    failures.append(f"{parts[2]}: {parts[3]}")
        return sorted(times), failures

    def stop(self):
        self.process.kill()
        self.process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:3])
