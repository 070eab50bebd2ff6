"""The same preparation of the same machines by Isthmus and by Ansible, in turns, at hand and far away: how
long each takes the first time, and how long where nothing is to be done.

Not one of the scenarios that run by themselves: it takes ansible-core from PyPI into a folder beside the
lab's, and an SSH server on hosts that have none otherwise.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from . import cluster
from .machines import ALL, COORDINATOR, NODES, STATE, each, lab

DELAYS = ("0ms", "75ms")
ROUNDS = int(os.environ.get("ROUNDS", "2"))
FOLDER = STATE.parent / "ansible"
PLAYBOOK = Path(__file__).parents[1] / "ansible/prepare.yml"
VERSION = "ansible-core==2.17.*"
PREPARATION = ("hostname", "wireguard-tools", "artifact")
SCRIPT = "/usr/local/lib/isthmus/k3s-install.sh"
PREFIX = os.environ.get("LAB_PREFIX", "lab")


def run(report):
    with report.phase("Ansible and an SSH server for the hosts"):
        install_ansible()
        lab("mirror", "openssh-server", "python3", "python3-apt")
    seconds = {}
    for turn in range(ROUNDS):
        for delay in DELAYS:
            for who in (by_isthmus, by_ansible):
                with report.phase(f"{who.__name__} at {delay}, round {turn + 1}"):
                    for name, took in who(report, delay).items():
                        seconds.setdefault((name, delay, who.__name__), []).append(took)
    compare(report, seconds)


def compare(report, seconds):
    """Prints medians and ratios, and holds them to their bounds."""
    bounds = {"first": 0.5, "second": 0.08}
    for name in ("first", "second"):
        for delay in DELAYS:
            ours, theirs = (
                statistics.median(seconds[name, delay, who]) for who in ("by_isthmus", "by_ansible"))
            ratio = ours / theirs
            print(f"     {name} at {delay}: {ours:.2f} s, Ansible {theirs:.2f} s: {ratio:.3f}")
            bound = bounds[name]
            report.check(f"the {name} run at {delay} takes {bound} of Ansible's time", ratio <= bound)


def fresh(delay):
    """Fresh machines so far apart."""
    for host in ALL:
        lab("fresh", str(host.number))
    lab("delay", delay, "0")


# ---- Isthmus


def by_isthmus(report, delay):
    """From the command's start to the end of the last step that prepares a host. The cluster that follows
    is brought up, too, for the second run's sake; its time is shown and not compared."""
    fresh(delay)
    cluster.install_packages()
    cluster.start_coordinator()
    cluster.enroll_all()
    COORDINATOR.write(cluster.PLAN, json.dumps(cluster.lab_plan()))
    took = {}
    for name in ("first", "second"):
        took[name], whole, outcome = rollout()
        print(f"     {name} rollout at {delay}: prepared in {took[name]:.2f} s, all in {whole:.2f} s")
        report.equal(f"the {name} rollout succeeds", outcome.get("outcome"), "succeeded")
    report.equal("the second changes nothing", outcome.get("changed"), 0)
    keep_artifacts()
    return took


def rollout():
    """Seconds until all hosts were prepared, and until the end; and the end."""
    begun = time.monotonic()
    prepared, outcome = 0.0, {}
    command = ["coordinator", "rollout", "--plan", cluster.PLAN, "--output", "json"]
    with COORDINATOR.start(*command) as process:
        for line in process.stdout:
            event = json.loads(line)
            if event.get("state") in ("changed", "unchanged"):
                if event["id"].split(".")[1] in PREPARATION:
                    prepared = time.monotonic() - begun
            if event["event"] == "rolloutEnded":
                outcome = event
    return prepared, time.monotonic() - begun, outcome


def keep_artifacts():
    """What Isthmus has placed, for Ansible to place."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    disk = NODES[0].disk
    shutil.copy(disk / "usr/local/bin/k3s", FOLDER / "k3s")
    shutil.copy(disk / SCRIPT.lstrip("/"), FOLDER / "k3s-install.sh")


# ---- Ansible


def install_ansible():
    python = FOLDER / "venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", FOLDER / "venv"], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", VERSION], check=True)
    if not (FOLDER / "key").exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", FOLDER / "key"], check=True)


def by_ansible(report, delay):
    """From the command's start to its end, by way of the coordinator's cable: as far from the hosts."""
    fresh("0ms")
    key = (FOLDER / "key.pub").read_text()
    each(NODES, lambda host: admit(host, key))
    lab("delay", delay, "0")
    write_settings()
    took = {}
    for name in ("first", "second"):
        begun = time.monotonic()
        done = subprocess.run(
            ["ip", "netns", "exec", f"{PREFIX}{COORDINATOR.number}",
             FOLDER / "venv/bin/ansible-playbook", "-i", FOLDER / "hosts.ini", PLAYBOOK],
            env={**os.environ, "ANSIBLE_CONFIG": str(FOLDER / "ansible.cfg")},
            capture_output=True, text=True, check=False)
        took[name] = time.monotonic() - begun
        print(f"     {name} playbook at {delay}: {took[name]:.2f} s")
        report.check(
            f"the {name} playbook succeeds", done.returncode == 0, done.stdout + done.stderr)
    report.equal("the second changes nothing", done.stdout.count("changed=0 "), len(NODES))
    return took


def admit(host, key):
    """What an SSH server and Ansible's modules need; no part of what is measured."""
    host.install("openssh-server", "python3", "python3-apt")
    host.shell(f"install -d -m 700 /root/.ssh; install -d {Path(SCRIPT).parent}")
    host.write("/root/.ssh/authorized_keys", key)
    host.output("systemctl", "restart", "ssh")


def write_settings():
    """Pipelining, connections that stay, all hosts at once: what Ansible's own guide to speed names."""
    kernel = Path("/sys/module/wireguard").exists()
    packages = ["wireguard-tools"] + ([] if kernel else ["wireguard-go"])
    values = {
        "packages": packages, "files": str(FOLDER), "install_script": SCRIPT,
        "kernel_wireguard": kernel,
    }
    hosts = [f"{host.name} ansible_host={host.address}" for host in NODES]
    (FOLDER / "hosts.ini").write_text("\n".join(
        ["[nodes]", *hosts, "[nodes:vars]", "ansible_user=root",
         "ansible_python_interpreter=/usr/bin/python3",
         *(f"{name}={json.dumps(value)}" for name, value in values.items()), ""]))
    (FOLDER / "ansible.cfg").write_text("\n".join([
        "[defaults]", "forks = 20", "host_key_checking = False", "gathering = explicit",
        f"private_key_file = {FOLDER / 'key'}", "interpreter_python = /usr/bin/python3",
        "[ssh_connection]", "pipelining = True",
        "ssh_args = -o ControlMaster=auto -o ControlPersist=300s -o UserKnownHostsFile=/dev/null "
        "-o PreferredAuthentications=publickey",
        "[connection]", "pipelining = True", ""]))
