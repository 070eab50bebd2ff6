"""The unary method of the benchmark over Python's grpcio: `serve` until the standard input ends, or
`call` for a while and say in one line of JSON how that went.

    grpcio_echo.py serve CERTIFICATES
    grpcio_echo.py call CERTIFICATES PORT CONCURRENCY SECONDS
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import grpc

METHOD = "Unary"
SERVICE = "benchmark.Echo"
# Calls before those that count, in seconds.
WARM_UP = 0.2


def read(folder: str, *names: str) -> list[bytes]:
    """Files of the folder of certificates."""
    return [(Path(folder) / name).read_bytes() for name in names]


async def echo(request: bytes, _context) -> bytes:
    """The handler."""
    return request


async def serve(folder: str) -> None:
    """Serves over mutual TLS on a port that it says."""
    authority, certificate, key = read(folder, "ca.pem", "server.pem", "server.key")
    credentials = grpc.ssl_server_credentials(
        [(key, certificate)], root_certificates=authority, require_client_auth=True
    )
    server = grpc.aio.server()
    handlers = {METHOD: grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    print(f"listening {port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


async def call(folder: str, port: str, concurrency: int, seconds: float) -> None:
    """Calls so many at once over one connection."""
    authority, certificate, key = read(folder, "ca.pem", "client.pem", "client.key")
    credentials = grpc.ssl_channel_credentials(authority, key, certificate)
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
        unary = channel.unary_unary(f"/{SERVICE}/{METHOD}")
        message = bytes([42]) * 64

        async def again_and_again(end: float) -> int:
            count = 0
            while time.monotonic() < end:
                await unary(message)
                count += 1
            return count

        async def all_of_them(length: float) -> float:
            begun = time.monotonic()
            counts = await asyncio.gather(
                *(again_and_again(begun + length) for _ in range(concurrency))
            )
            return sum(counts) / (time.monotonic() - begun)

        await all_of_them(WARM_UP)
        print(json.dumps({"rate": await all_of_them(seconds)}))


if sys.argv[1] == "serve":
    asyncio.run(serve(sys.argv[2]))
else:
    asyncio.run(call(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])))
