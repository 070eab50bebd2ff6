"""What the two sides of gRPC's interoperability suite share: the twin of InteropQuestion.swift."""

import json

SERVICE = "grpc.testing.TestService"
MISSING = "grpc.testing.UnimplementedService"
INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"
COMPRESSED = "x-answers-compressed"


def read(folder, name):
    with open(f"{folder}/{name}", "rb") as file:
        return file.read()


def raw(message):
    return message


def question(sizes=(), code=0, message="", waits=False, payload=0):
    line = json.dumps(
        {
            "sizes": list(sizes),
            "code": code,
            "message": message,
            "waits": waits,
            "payload": payload,
        }
    )
    return line.encode() + b"\n" + bytes(payload)


def understood(asked):
    line, _, zeros = asked.partition(b"\n")
    fields = json.loads(line)
    assert len(zeros) == fields["payload"]
    return fields
