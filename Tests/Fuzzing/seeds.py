#!/usr/bin/env python3
"""Writes Seeds/: what fuzzing begins with. Run it again after a change here, and commit the result.

Keys and certificates are made anew each time: they are worth nothing to anybody.
"""

import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SEEDS = HERE / "Seeds"
EXAMPLES = HERE.parent.parent / "packaging" / "examples"


def seed(entry, name, content):
    path = SEEDS / entry / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A header field that HPACK does not compress."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


REQUEST = b"".join(
    literal(name, value)
    for name, value in [
        (":method", "POST"),
        (":scheme", "https"),
        (":path", "/a/b"),
        (":authority", "c"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ]
)
# :status 200 stands in HPACK's static table.
RESPONSE = b"\x88" + literal("content-type", "application/grpc")
TRAILERS = literal("grpc-status", "0")
MESSAGE = b"\0\0\0\0\3abc"


def http2():
    settings = frame(4, 0, 0, struct.pack(">HIHI", 4, 10, 3, 1))
    both = {
        "settings": settings + frame(4, 1, 0),
        "ping": frame(6, 0, 0, b"12345678") + frame(6, 1, 0, b"12345678"),
        "goaway": frame(7, 0, 0, struct.pack(">II", 1, 0) + b"bye"),
        "window": frame(8, 0, 0, struct.pack(">I", 100)) + frame(8, 0, 1, struct.pack(">I", 100)),
        "reset": frame(3, 0, 1, struct.pack(">I", 8)),
        "priority": frame(2, 0, 3, struct.pack(">IB", 1, 9)),
        "unknown": frame(77, 1, 1, b"what"),
    }
    server = {
        "call": frame(1, 4, 1, REQUEST) + frame(0, 1, 1, MESSAGE),
        "trailers": frame(1, 4, 1, REQUEST) + frame(0, 0, 1, MESSAGE) + frame(1, 5, 1, TRAILERS),
        "continued": frame(1, 0, 1, REQUEST[:20]) + frame(9, 4, 1, REQUEST[20:]) + frame(0, 1, 1),
        "padded": frame(1, 0x2C, 1, b"\2" + struct.pack(">IB", 0, 5) + REQUEST + b"\0\0")
        + frame(0, 9, 1, b"\3" + MESSAGE + b"\0\0\0"),
        "two": frame(1, 4, 1, REQUEST) + frame(1, 5, 3, b"\xbe" + REQUEST) + frame(0, 1, 1, MESSAGE),
        "reset-call": frame(1, 4, 1, REQUEST) + both["reset"],
        "closed": frame(1, 5, 5, REQUEST) + frame(1, 5, 1, REQUEST),
        "small-window": settings + frame(1, 4, 5, REQUEST) + frame(0, 1, 5, MESSAGE * 9) + both["window"],
    }
    client = {
        "answer": frame(1, 4, 1, RESPONSE) + frame(0, 0, 1, MESSAGE) + frame(1, 5, 1, TRAILERS),
        "interim": frame(1, 4, 3, literal(":status", "103")) + frame(1, 5, 3, RESPONSE),
        "trailers-only": frame(1, 5, 5, RESPONSE + TRAILERS),
        "push": frame(5, 4, 1, struct.pack(">I", 2) + REQUEST),
        "refused": frame(3, 0, 3, struct.pack(">I", 7)),
    }
    for first, cut in [(0, "whole"), (7, "cut")]:
        for name, content in (both | server).items():
            seed("http2-server", f"{name}-{cut}", bytes([first]) + content)
        for name, content in (both | client).items():
            seed("http2-client", f"{name}-{cut}", bytes([first]) + content)


def call():
    head = ":method:POST\n:path:/a.B/c\ncontent-type:application/grpc+proto\n"
    seed("call", "plain", head.encode() + b"\n" + MESSAGE + MESSAGE)
    seed("call", "compressed", head.encode() + b"grpc-encoding:gzip\n\n\1" + MESSAGE[1:])
    seed("call", "timeout", head + "grpc-timeout:99999999H\nx-bin:AQID,BA==\nx:y\n\n")
    seed("call", "large", head.encode() + b"\n\0\xff\xff\xff\xff")
    seed("call", "answer", ":status:404\ngrpc-status:5\ngrpc-message:a%20%c3%bc%\n\n")
    seed("call", "empty-messages", b"\n" + b"\0\0\0\0\0" * 5)


def trust():
    body = "isthmus-join-v1." + "0a" * 6 + "." + "1b" * 32 + "." + "2c" * 32 + "."
    token = body + hashlib.sha256(body.encode()).hexdigest()[:8]
    seed("trust", "token", token + "\n")
    seed("trust", "token-short", token[:-9])
    for name in ["coordinator", "agent/kube-japan", "operator/admin"]:
        seed("trust", "identity-" + name.split("/")[0], "spiffe://three-clouds/" + name)
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *words: subprocess.run(
            ["openssl", *words], cwd=folder, check=True, capture_output=True
        )
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key")
        run("req", "-new", "-key", "key", "-subj", "/CN=a", "-out", "request")
        run("req", "-x509", "-key", "key", "-subj", "/CN=a", "-days", "9999", "-out", "certificate",
            "-addext", "subjectAltName=URI:spiffe://three-clouds/agent/kube-japan")
        for name in ["key", "request", "certificate"]:
            seed("trust", name, (pathlib.Path(folder) / name).read_bytes())


def plans():
    for path in EXAMPLES.iterdir():
        seed("plan-json" if path.suffix == ".json" else "plan-yaml", path.name, path.read_bytes())
    strange = '{"a": [1, -2.5e3, "\\ud83d\\ude00\\u0041", null, true], "b": {"": {}}}'
    access = {
        "k3s": {"config": {"server": {"debug": True, "v": 4, "kubelet-arg": ["max-pods=50"]}}},
        "dashboard": {"provider": "headlamp", "adminPassword": {"env": "ADMIN"}},
        "tunnel": {
            "accountID": "0123456789abcdef0123456789abcdef",
            "apiToken": "not a reference",
            "hostname": "dash.example.org",
            "services": [{"hostname": "a.example.org", "service": "b", "port": 80}],
        },
        "policies": {"preflight": {"ignore": ["clock"]}, "allowWanEtcd": False},
    }
    seed("plan-json", "access.json", json.dumps(access))
    seed("plan-yaml", "access.yaml", json.dumps(access, indent=1).replace('"', ""))
    seed("plan-json", "values", strange)
    seed("plan-yaml", "values", "a: &x [1, 0x2, ~, 'it''s', \"\\u0041\"]\nb: *x\nc: !!str |\n  d\n")


def field(number, content):
    if isinstance(content, int):
        return bytes([number << 3]) + varint(content)
    content = content if isinstance(content, bytes) else content.encode()
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def messages():
    execution = field(1, "r1.kube-japan.hostname.1")
    hostname = json.dumps({"hostname": "kube-japan", "host": "kube-japan"})
    changes = json.dumps([{"setting": {"name": "a", "before": "b", "after": "c"}}])
    seed("messages", "hello", b"\0" + field(1, field(1, field(1, "a") + field(2, "b"))))
    seed("messages", "output", b"\0" + field(3, execution + field(2, "a line")))
    seed("messages", "changed", b"\0" + field(4, execution + field(3, field(1, changes))))
    seed("messages", "failed", b"\0" + field(4, execution + field(4, field(1, "a") + field(4, 1))))
    assignment = execution + field(2, "s") + field(3, "hostname") + field(4, hostname) + field(7, 9000)
    seed("messages", "assignment", b"\1" + field(2, assignment))
    seed("messages", "welcome", b"\1" + field(1, field(1, 10_000) + field(2, 1 << 40)))
    for number in range(2, 12):
        seed("messages", f"other-{number}", bytes([number]) + field(1, "a") + field(2, 7))


def steps():
    node = {
        "name": "kube-japan",
        "internalAddress": "192.0.2.1",
        "publicAddress": "192.0.2.1",
        "labels": ["a=b"],
        "taints": ["a=b:NoSchedule"],
    }
    peer = {"id": "kube-seoul", "address": "192.0.2.2", "port": 51820, "behindNAT": False}
    kubernetes = {
        "metadata": {
            "name": "kube-japan",
            "annotations": {
                "kilo.squat.ai/endpoint": "192.0.2.1:51820",
                "kilo.squat.ai/key": "k",
                "kilo.squat.ai/last-seen": "1700000000",
                "kilo.squat.ai/wireguard-ip": "10.4.0.1/16",
                "kilo.squat.ai/granularity": "full",
            },
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }
    peers = "0a\tb\t51820\toff\nkey\t(none)\t192.0.2.2:51820\t10.4.0.2/32,10.42.0.0/24\t1\t2\t3\t25\n"
    tokens = json.dumps([{"token": "abcdef.x", "description": "join-kube-japan"}])
    diff = "1--- a\n+++ b\n@@ -1 +1,2 @@\n kind: Namespace\n+  name: a\n"
    manifest = {"name": "Namespace a", "json": '{"kind":"Namespace","metadata":{"name":"a"}}'}
    server = {
        "version": "v1.34.3+k3s1", "node": node, "tlsSANs": ["192.0.2.1"], "disable": ["traefik"],
        "clusterCIDR": "10.42.0.0/16", "serviceCIDR": "10.43.0.0/16", "secretsEncryption": True,
    }
    for kind, parameters, script in [
        ("hostname", {"hostname": "kube-japan"}, "0old\n\0" "0127.0.0.1 localhost\n"),
        ("wireguard-tools", {}, "0"),
        ("artifact", {"name": "k3s", "sha256": "0a" * 32, "path": "/usr/bin/k3s", "mode": 493}, "0"),
        ("k3s-server", server, "0node-name: a\nlist:\n  - b\n\0" "0ok"),
        ("k3s-join-token", {"node": "kube-japan", "minutes": 30}, f"0\0" f"0{tokens}\0" "0K10a::b"),
        ("k3s-agent", {"version": "v1.34.3+k3s1", "serverAddress": "192.0.2.1", "node": node}, "0a: b\n"),
        ("k3s-join-token-revocation", {"node": "kube-japan"}, f"0{tokens}"),
        ("kilo-annotation", {"node": "kube-japan", "endpoint": "192.0.2.1:51820", "keepalive": 25},
         "0" + json.dumps(kubernetes)),
        ("manifests", {"name": "Kilo", "objects": [manifest]}, diff),
        ("nodes-ready", {"nodes": [{"name": "kube-japan", "endpoint": "192.0.2.1:51820"}]},
         "01700000000\n\0" "0" + json.dumps(kubernetes)),
        ("mesh-proof", {"host": "kube-japan", "peers": [peer], "subnet": "10.4.0.0/16", "mtu": 1420},
         f"0{peers}\0" "0\0" "1"),
    ]:
        seed("steps", kind, f"{kind}\n{json.dumps(parameters)}\n{script}")


def policies():
    head = "apiVersion: isthmus/v1alpha1\nkind: AgentPolicy\n"
    hashes = "[" + "0a" * 32 + "]"
    seed("policy", "empty", head)
    seed("policy", "installed", (HERE.parent.parent / "packaging/deb/agent/agent.yaml").read_bytes())
    seed("policy", "steps", head + "steps: [hostname, artifact, k3s-agent]\n")
    seed("policy", "artifacts", head + f"artifacts:\n  - path: /usr/local/bin/k3s\n    sha256: {hashes}\n")
    seed("policy", "manifests", head + "manifests:\n  - DaemonSet kilo/kilo\n  - Namespace kilo\n")
    seed("policy", "wrong", "apiVersion: isthmus/v2\nstepps: &a [hostname]\nsteps: *a\nartifacts: 7\n")


def reflection():
    for number, what in [(3, "isthmus/v1/operator.proto"), (4, "isthmus.v1.Operator"), (6, "isthmus.v1.Node"),
                         (7, "*")]:
        seed("reflection", f"question-{number}", field(1, "host") + field(number, what))
    seed("reflection", "extension", field(5, field(1, "isthmus.v1.Node") + field(2, 9)))
    seed("reflection", "nothing", b"")


def authorities():
    """An authority, its successor, that one's key signed by the first, and a leaf of the second."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        run = lambda *words: subprocess.run(
            ["openssl", *words], cwd=folder, check=True, capture_output=True
        )
        names = "subjectAltName=URI:spiffe://three-clouds"
        constraints = "basicConstraints=critical,CA:TRUE,pathlen:0"
        (folder / "cross").write_text(f"{constraints}\n{names}\n")
        (folder / "agent").write_text(f"{names}/agent/kube-japan\nextendedKeyUsage=clientAuth\n")
        subject = ["-subj", "/O=three-clouds/CN=Isthmus authority"]
        for name in ["old", "new", "leaf"]:
            run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{name}.key")
            run("req", "-new", "-key", f"{name}.key", *subject, "-out", f"{name}.csr")
        for name in ["old", "new"]:
            # -config: the distribution's own adds extensions.
            run("req", "-x509", "-config", "/dev/null", "-key", f"{name}.key", *subject, "-days", "9999",
                "-addext", constraints, "-addext", names, "-out", f"{name}.pem")
        sign = ["x509", "-req", "-days", "9999", "-set_serial", "7"]
        run(*sign, "-in", "new.csr", "-CA", "old.pem", "-CAkey", "old.key", "-extfile", "cross", "-out",
            "crossed.pem")
        run(*sign, "-in", "leaf.csr", "-CA", "new.pem", "-CAkey", "new.key", "-extfile", "agent", "-out",
            "leaf.pem")
        text = {name: (folder / f"{name}.pem").read_bytes() for name in ["old", "new", "crossed", "leaf"]}
    der = {name: base64.b64decode(b"".join(pem.splitlines()[1:-1])) for name, pem in text.items()}
    for name, members in [("one", ["old"]), ("two", ["old", "new"]), ("chain", ["leaf", "crossed", "old"]),
                          ("crossed", ["crossed"])]:
        seed("authorities", f"{name}-pem", b"\0" + b"".join(text[member] for member in members))
        seed("authorities", f"{name}-der",
             b"\1" + b"".join(struct.pack(">H", len(der[member])) + der[member] for member in members))


def main():
    """With names, only these entries are written anew."""
    for make in [http2, call, trust, plans, messages, steps, policies, reflection, authorities]:
        if not sys.argv[1:] or make.__name__ in sys.argv[1:]:
            make()


main()
