"""A coordinator without a way out, a K3s in trouble, and what is fetched from the cluster afterwards."""

import json
import subprocess
import tempfile
from pathlib import Path

from . import cluster
from .machines import COORDINATOR, NODES, SERVER, Host, fresh_machines
from .report import eventually

OPERATOR = Host(0, "operator")
FAULTS = "/run/k3s-standin/faults"
IMAGES = "/var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst"
SHORT = {"attempts": 1, "timeouts": {"k3sReady": "25s"}}


def run(report):
    with tempfile.TemporaryDirectory() as folder:
        with report.phase("fresh machines, packages, enrolment"):
            fresh_machines()
            cluster.install_packages()
            cluster.start_coordinator()
            cluster.enroll_all()
            report.check("the agents connect", eventually(20, cluster.agents_are_connected))
        key = recovery_key(Path(folder))
        plan = keeping_plan(key.with_suffix(".crt").read_text())
        with report.phase("one file with all artifacts, and no way out"):
            bundle(report, plan)
        with report.phase("a K3s in trouble"):
            trouble(report, plan)
        with report.phase("a K3s that starts slowly"):
            faults("slow-start 15s")
            done = cluster.rollout(plan)
            report.equal("the rollout succeeds", done.status, 0)
            if done.status:
                report.check("its last words", False, done.text)
                return
            faults()
        with report.phase("what came of it"):
            images_are_placed(report, plan)
            kubeconfig_works(report, Path(folder))
            copies_are_opened(report, key)
        again = cluster.rollout(plan)
        report.equal("a second rollout changes nothing", again.end.get("changed"), 0)


def recovery_key(folder):
    """The operator's, on a machine that is none of the cluster's."""
    key = folder / "recovery.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "10", "-subj",
         "/CN=recovery", "-keyout", key, "-out", key.with_suffix(".crt")],
        check=True, capture_output=True)
    return key


def keeping_plan(certificate):
    COORDINATOR.shell("head -c 3000000 /dev/urandom >/root/images.tar.zst")
    sha256 = COORDINATOR.output("sha256sum", "/root/images.tar.zst").split()[0]
    images = {"url": "file:///root/images.tar.zst", "sha256": sha256}
    return cluster.lab_plan(
        artifacts={"airgapImages": {"amd64": images}}, k3s={"snapshotRecipient": certificate})


def faults(*lines):
    SERVER.shell(f"mkdir -p $(dirname {FAULTS}); cat >{FAULTS} <<END\n" + "\n".join(lines) + "\nEND")


# ---- without a way out


def bundle(report, plan):
    COORDINATOR.write(cluster.PLAN, json.dumps(plan))
    exported = COORDINATOR.run(
        "coordinator", "artifacts", "export", "--plan", cluster.PLAN, "--architecture", "amd64",
        "/root/bundle.tar")
    report.check("artifacts export writes a bundle", exported.status == 0, exported.text)
    listing = COORDINATOR.output("tar", "-tf", "/root/bundle.tar")
    report.equal("tar lists its six files", len(listing.splitlines()), 6)
    COORDINATOR.shell("rm /root/images.tar.zst; ip route add unreachable 203.0.113.1/32")
    alone = cluster.rollout(plan)
    report.check("without a way out a rollout does not begin", alone.status == 1, alone.text)
    COORDINATOR.shell("head -c 100000 /root/bundle.tar >/root/part.tar")
    part = COORDINATOR.run("coordinator", "artifacts", "import", "/root/part.tar")
    report.check("a part of the bundle is refused", part.status == 1, part.text)
    report.contains("and that is told", part.text, "cut off")
    imported = COORDINATOR.run("coordinator", "artifacts", "import", "/root/bundle.tar")
    report.check("artifacts import takes the bundle", imported.status == 0, imported.text)


# ---- trouble


def trouble(report, plan):
    faults("hairpin-broken")
    failed = cluster.rollout({**plan, "policies": SHORT})
    report.equal("a server that does not reach itself fails the rollout", failed.status, 1)
    report.contains(
        "it names the address and the plan's field", failed.text,
        f"{SERVER.address}:6443", "hairpin")
    print(f"     hairpin-broken: {failed.text[-700:]}")
    cluster.cancel(failed)
    faults("crash-after 1s")
    SERVER.run("systemctl", "restart", "--no-block", "k3s")
    failed = cluster.rollout({**plan, "policies": SHORT})
    report.check("a K3s that ends again and again fails the rollout", failed.status == 1, failed.text)
    report.contains("it names the host", failed.text, SERVER.name)
    print(f"     crash-after: {failed.text[-700:]}")
    cluster.cancel(failed)
    SERVER.run("systemctl", "stop", "k3s")


# ---- what came of it


def images_are_placed(report, plan):
    expected = plan["artifacts"]["airgapImages"]["amd64"]["sha256"]
    found = [host.output("sha256sum", IMAGES).split()[0] for host in NODES]
    report.equal("K3s' images lie on every node", found, [expected] * len(NODES))


def kubeconfig_works(report, folder):
    written = COORDINATOR.run("coordinator", "kubeconfig", "--output", "/root/lab.yaml")
    report.check("the kubeconfig is fetched", written.status == 0, written.text)
    mode = COORDINATOR.output("stat", "-c", "%a", "/root/lab.yaml").strip()
    report.equal("it is its owner's alone", mode, "600")
    text = COORDINATOR.output("cat", "/root/lab.yaml")
    report.contains("it has the public address", text, f"https://{SERVER.address}:6443")
    file = folder / "lab.yaml"
    file.write_text(text)
    file.chmod(0o600)
    nodes = OPERATOR.run(
        "kubectl", "--kubeconfig", str(file), "--context", "three-clouds", "get", "nodes",
        "-o", "name")
    names = sorted(nodes.output.split())
    report.equal(
        "this machine's kubectl sees the nodes with it", names,
        sorted(f"node/{host.name}" for host in NODES))
    for word in ("was made", "anew"):
        merged = COORDINATOR.run("coordinator", "kubeconfig", "--merge")
        report.contains("merging says what it did", merged.text, word)
    told = COORDINATOR.output("coordinator", "events")
    report.contains("the events tell who fetched it", told, "admin fetched the kubeconfig")


def copies_are_opened(report, key):
    listing = COORDINATOR.output("coordinator", "snapshot", "list", "--output", "json")
    copies = {copy["name"].split(".")[-1]: copy["name"] for copy in json.loads(listing)}
    report.equal("a snapshot and a token are kept", sorted(copies), ["snapshot", "token"])
    originals = {
        "token": "/var/lib/rancher/k3s/server/token",
        "snapshot": "/var/lib/rancher/k3s/server/db/snapshots/isthmus-first-*",
    }
    for kind, name in copies.items():
        COORDINATOR.output("coordinator", "snapshot", "fetch", name, "--output", f"/root/{kind}.cms")
        encoded = COORDINATOR.output("base64", f"/root/{kind}.cms")
        sealed = key.with_name(f"{kind}.cms")
        subprocess.run(["base64", "-d"], input=encoded, text=True, check=True, stdout=sealed.open("wb"))
        opened = key.with_name(kind)
        done = subprocess.run(
            ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", sealed, "-inkey", key,
             "-out", opened], capture_output=True, text=True, check=False)
        report.check(f"openssl opens the {kind}", done.returncode == 0, done.stderr)
        ours = subprocess.run(["sha256sum", opened], capture_output=True, text=True, check=True)
        theirs = SERVER.shell(f"sha256sum {originals[kind]}")
        report.equal(f"it is the server's {kind}", ours.stdout.split()[0], theirs.split()[0])
