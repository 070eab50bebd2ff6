"""A gRPC client that is not ours: calls the server of PythonTests.swift over mutual TLS.

Arguments: a folder with cert.pem, key.pem and ca.pem, and the server's port.
Ends with 0 when everything was as it should be.
"""

import sys

import grpc

folder, port = sys.argv[1:3]


def read(name):
    with open(f"{folder}/{name}", "rb") as file:
        return file.read()


def raw(message):
    return message


def credentials(with_certificate=True):
    if with_certificate:
        return grpc.ssl_channel_credentials(read("ca.pem"), read("key.pem"), read("cert.pem"))
    return grpc.ssl_channel_credentials(read("ca.pem"))


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code(), error.details()
    return None, None


channel = grpc.secure_channel(f"127.0.0.1:{port}", credentials())
check = channel.unary_unary("/grpc.health.v1.Health/Check", raw, raw)
echo = channel.stream_stream("/test.Raw/Echo", raw, raw)
fail = channel.unary_unary("/test.Raw/Fail", raw, raw)
wait = channel.unary_unary("/test.Raw/Wait", raw, raw)
nothing = channel.unary_unary("/test.Raw/Nothing", raw, raw)

# HealthCheckResponse { status: SERVING }
assert check(b"", timeout=20) == b"\x08\x01"

assert list(echo(iter([b"a", b"", b"c"]), timeout=20)) == [b"a", b"", b"c"]
large = bytes(range(256)) * 12_000
assert list(echo(iter([large, large]), timeout=20)) == [large, large]

code, details = code_of(lambda: fail(b"", timeout=20))
assert code == grpc.StatusCode.FAILED_PRECONDITION, code
assert details == "n\u00e4h: 100 %", details

code, _ = code_of(lambda: nothing(b"", timeout=20))
assert code == grpc.StatusCode.UNIMPLEMENTED, code

code, _ = code_of(lambda: wait(b"", timeout=0.5))
assert code == grpc.StatusCode.DEADLINE_EXCEEDED, code

code, _ = code_of(lambda: list(echo(iter([bytes(5_000_000)]), timeout=20)))
assert code == grpc.StatusCode.RESOURCE_EXHAUSTED, code

code, _ = code_of(lambda: check(b"", timeout=20, compression=grpc.Compression.Gzip))
assert code is None, code

call = echo(iter([b"kept"]), timeout=20, metadata=[("text", "value"), ("some-bin", b"\x00\xff")])
assert list(call) == [b"kept"]

endless = channel.unary_stream("/test.Raw/Flood", raw, raw)(b"")
for number, message in enumerate(endless):
    assert len(message) == 10_000
    if number == 100:
        endless.cancel()
        break

stranger = grpc.secure_channel(f"127.0.0.1:{port}", credentials(with_certificate=False))
refused = stranger.unary_unary("/grpc.health.v1.Health/Check", raw, raw)
code, _ = code_of(lambda: refused(b"", timeout=20))
assert code == grpc.StatusCode.UNAVAILABLE, code

print("all well")
