"""The test service of gRPC's interoperability suite on grpcio, over mutual TLS.

Argument: a folder with cert.pem, key.pem and ca.pem. Says its port, and ends with its input.
"""

import concurrent.futures
import sys
import threading

import grpc
from interop import COMPRESSED, INITIAL, SERVICE, TRAILING, raw, read, understood


def answer(questions, context):
    if COMPRESSED in dict(context.invocation_metadata()):
        context.set_compression(grpc.Compression.Gzip)
    for name, value in context.invocation_metadata():
        if name == INITIAL:
            context.send_initial_metadata([(name, value)])
        if name == TRAILING:
            context.set_trailing_metadata([(name, value)])
    over = threading.Event()
    context.add_callback(over.set)
    for asked in questions:
        fields = understood(asked)
        if fields["code"]:
            codes = {code.value[0]: code for code in grpc.StatusCode}
            context.abort(codes[fields["code"]], fields["message"])
        if fields["waits"]:
            over.wait(60)
        for size in fields["sizes"]:
            yield bytes(size)


def unary(asked, context):
    return next(answer([asked], context))


def stream(asked, context):
    return answer([asked], context)


def count(questions, context):
    return str(sum(understood(asked)["payload"] for asked in questions)).encode()


folder = sys.argv[1]
handlers = {
    "EmptyCall": grpc.unary_unary_rpc_method_handler(lambda asked, context: b"", raw, raw),
    "UnaryCall": grpc.unary_unary_rpc_method_handler(unary, raw, raw),
    "StreamingInputCall": grpc.stream_unary_rpc_method_handler(count, raw, raw),
    "StreamingOutputCall": grpc.unary_stream_rpc_method_handler(stream, raw, raw),
    "FullDuplexCall": grpc.stream_stream_rpc_method_handler(answer, raw, raw),
}
server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
credentials = grpc.ssl_server_credentials(
    [(read(folder, "key.pem"), read(folder, "cert.pem"))],
    read(folder, "ca.pem"),
    require_client_auth=True,
)
port = server.add_secure_port("127.0.0.1:0", credentials)
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(0).wait()
