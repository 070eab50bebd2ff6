"""The client of gRPC's interoperability suite on grpcio, over mutual TLS.

Arguments: a folder with cert.pem, key.pem and ca.pem, and the server's port. Says of each case on
a line of its own how it went: "name: well", or what went wrong.
"""

import queue
import sys
import traceback

import grpc
from interop import INITIAL, MISSING, SERVICE, TRAILING, question, raw, read

folder, port = sys.argv[1:3]
ANSWERS = [31415, 9, 2653, 58979]
PAYLOADS = [27182, 8, 1828, 45904]
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"

channel = grpc.secure_channel(
    f"127.0.0.1:{port}",
    grpc.ssl_channel_credentials(
        read(folder, "ca.pem"), read(folder, "key.pem"), read(folder, "cert.pem")
    ),
)
empty_call = channel.unary_unary(f"/{SERVICE}/EmptyCall", raw, raw)
unary_call = channel.unary_unary(f"/{SERVICE}/UnaryCall", raw, raw)
input_call = channel.stream_unary(f"/{SERVICE}/StreamingInputCall", raw, raw)
output_call = channel.unary_stream(f"/{SERVICE}/StreamingOutputCall", raw, raw)
duplex_call = channel.stream_stream(f"/{SERVICE}/FullDuplexCall", raw, raw)


def expect(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


def expect_error(call, code, details=None):
    try:
        call()
    except grpc.RpcError as error:
        expect(error.code(), code)
        if details is not None:
            expect(error.details(), details)
        return
    raise AssertionError(f"no error instead of {code}")


def questions_of(waiting):
    """What is put into a queue, until None."""
    return iter(waiting.get, None)


def empty_unary():
    expect(empty_call(b"", timeout=20), b"")


def large_unary():
    expect(unary_call(question([314159], payload=271828), timeout=20), bytes(314159))


def client_streaming():
    expect(input_call((question(payload=size) for size in PAYLOADS), timeout=20), b"74922")


def server_streaming():
    expect([len(answer) for answer in output_call(question(ANSWERS), timeout=20)], ANSWERS)


def ping_pong():
    waiting = queue.Queue()
    call = duplex_call(questions_of(waiting), timeout=20)
    for size, payload in zip(ANSWERS, PAYLOADS):
        waiting.put(question([size], payload=payload))
        expect(len(next(call)), size)
    waiting.put(None)
    expect(list(call), [])


def empty_stream():
    expect(list(duplex_call(iter([]), timeout=20)), [])


def cancel_after_begin():
    waiting = queue.Queue()
    call = input_call.future(questions_of(waiting))
    call.cancel()
    waiting.put(None)
    expect(call.cancelled(), True)
    expect(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response():
    waiting = queue.Queue()
    waiting.put(question([31415], payload=27182))
    call = duplex_call(questions_of(waiting))
    expect(len(next(call)), 31415)
    call.cancel()
    waiting.put(None)
    expect_error(lambda: next(call), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server():
    call = duplex_call(iter([question(waits=True, payload=27182)]), timeout=0.001)
    expect_error(lambda: list(call), grpc.StatusCode.DEADLINE_EXCEEDED)


def custom_metadata():
    sent = [(INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab")]
    asked = question([314159], payload=271828)
    _, call = unary_call.with_call(asked, metadata=sent, timeout=20)
    stream = duplex_call(iter([asked]), metadata=sent, timeout=20)
    expect(len(list(stream)), 1)
    for ended in (call, stream):
        assert sent[0] in list(ended.initial_metadata()), ended.initial_metadata()
        assert sent[1] in list(ended.trailing_metadata()), ended.trailing_metadata()


def status(message):
    asked = question(code=2, message=message)
    unknown = grpc.StatusCode.UNKNOWN
    expect_error(lambda: unary_call(asked, timeout=20), unknown, message)
    expect_error(lambda: list(duplex_call(iter([asked]), timeout=20)), unknown, message)


def status_code_and_message():
    status("test status message")


def special_status_message():
    status(SPECIAL)


def unimplemented(service):
    call = channel.unary_unary(f"/{service}/UnimplementedCall", raw, raw)
    expect_error(lambda: call(b"", timeout=20), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_method():
    unimplemented(SERVICE)


def unimplemented_service():
    unimplemented(MISSING)


def gzip():
    asked = question(ANSWERS, payload=271828)
    answers = duplex_call(iter([asked]), timeout=20, compression=grpc.Compression.Gzip)
    expect([len(answer) for answer in answers], ANSWERS)


for case in (
    empty_unary,
    large_unary,
    client_streaming,
    server_streaming,
    ping_pong,
    empty_stream,
    cancel_after_begin,
    cancel_after_first_response,
    timeout_on_sleeping_server,
    custom_metadata,
    status_code_and_message,
    special_status_message,
    unimplemented_method,
    unimplemented_service,
    gzip,
):
    try:
        case()
        print(f"{case.__name__}: well", flush=True)
    except Exception as error:  # Whatever went wrong, the other cases are run too.
        place = traceback.extract_tb(error.__traceback__)[-1].lineno
        said = f"{type(error).__name__} at line {place}: {error}"
        print(f"{case.__name__}: {' '.join(said.split())}", flush=True)
channel.close()
