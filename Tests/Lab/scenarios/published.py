"""The dashboard is published through a tunnel, logged in to, and taken back; wrong tokens are named."""

import json

from . import cluster
from .leaks import ProcessWatch, places_with
from .machines import COORDINATOR, NODES, SERVER, fresh_machines
from .report import eventually

ACCOUNT = "0123456789abcdef0123456789abcdef"
HOSTNAME = "panel.example.com"
TOKEN_FILE = "/etc/isthmus/cloudflare-token"
API = "https://api.cloudflare.com/client/v4"
CONTROLLER = "cloudflare-tunnel-ingress-controller"


def run(report):
    with report.phase("fresh machines"):
        fresh_machines()
        cluster.install_packages()
        cluster.start_coordinator()
        cluster.enroll_all()
        report.check("the agents connect", eventually(20, cluster.agents_are_connected))
    with report.phase("wrong tokens"):
        wrong_tokens_are_named(report)
    with report.phase("rollout"), ProcessWatch() as watch:
        give_token("good-token")
        done = cluster.rollout(plan())
        report.check("the rollout succeeds", done.status == 0, done.text[-3000:])
    if done.status:
        return
    with report.phase("what came of it"):
        the_name_is_published(report)
        the_token_is_seen_nowhere(report, watch)
    with report.phase("logins and the picture"):
        logins_have_their_rights(report)
        the_mesh_is_drawn(report)
    with report.phase("second rollout"):
        again = cluster.rollout(plan())
        report.equal("a second rollout changes nothing", again.end.get("changed"), 0)
    with report.phase("removal"):
        the_tunnel_goes(report)


def plan():
    return cluster.lab_plan(tunnel={
        "accountID": ACCOUNT, "hostname": HOSTNAME, "apiToken": {"file": TOKEN_FILE}})


def give_token(token):
    COORDINATOR.output(
        "install", "-m", "600", "-o", "isthmus", "/dev/stdin", TOKEN_FILE, stdin=token + "\n")


def wrong_tokens_are_named(report):
    missing = cluster.rollout(plan())
    report.contains("a missing file is named with what to type", missing.text, "install -m 600")
    for token, words in {
        "no-such-token": "does not accept the token",
        "forbidden-token": "does not accept the token",
        "no-dns-token": "has not the permission Zone:DNS:Edit",
        "no-tunnel-token": "has not the permission Account:Cloudflare Tunnel:Edit",
    }.items():
        give_token(token)
        refused = cluster.rollout(plan())
        report.equal(f"{token} begins no rollout", refused.status, 1)
        report.contains(f"{token} is told apart", refused.text, words)
    report.check(
        "nothing was begun on any host",
        all(host.run("test", "-e", "/usr/local/bin/k3s").status for host in NODES))


def kubernetes(*arguments):
    return SERVER.output("k3s", "kubectl", *arguments)


def ask_cloudflare(path):
    answer = COORDINATOR.output(
        "curl", "-fsS", "-H", "Authorization: Bearer good-token", API + path)
    return json.loads(answer)["result"]


def records():
    zone = ask_cloudflare("/zones?name=example.com")[0]["id"]
    return ask_cloudflare(f"/zones/{zone}/dns_records?name={HOSTNAME}")


def tunnels():
    return ask_cloudflare(f"/accounts/{ACCOUNT}/cfd_tunnel?is_deleted=false&name=three-clouds")


def the_name_is_published(report):
    targets = [record["content"] for record in records()]
    report.equal(
        "the name leads to the tunnel", targets,
        [f"{tunnel['id']}.cfargotunnel.com" for tunnel in tunnels()])
    page = SERVER.output("curl", "-fsS", f"https://{HOSTNAME}/")
    report.contains("the public name answers", page, "a dashboard")
    bindings = kubernetes("get", "clusterrolebindings", "-o", "json")
    administrators = [
        subject["name"] for binding in json.loads(bindings)["items"]
        if binding["roleRef"]["name"] == "cluster-admin"
        for subject in binding.get("subjects", []) if subject.get("namespace") == "headlamp"]
    report.equal("Headlamp's own account is no administrator", administrators, ["isthmus-admin"])


def the_token_is_seen_nowhere(report, watch):
    secret = {"the API token": "good-token"}
    report.equal("the token is in no argument", watch.commands_with(secret), [])
    report.equal("and in no unit, log, journal or record", places_with(secret), [])


def logins_have_their_rights(report):
    for rights, may_read_secrets in {"view": "no", "admin": "yes"}.items():
        made = COORDINATOR.run("coordinator", "dashboard", "token", "--rights", rights)
        report.contains(f"a login to {rights} names the page", made.errors, f"https://{HOSTNAME}/")
        # The token alone speaks: a kubeconfig's certificate would count more.
        SERVER.write("/root/login", made.output.strip())
        answers = [
            SERVER.run(
                "sh", "-c",
                "k3s kubectl --kubeconfig=/dev/null --server=https://127.0.0.1:6443"
                " --insecure-skip-tls-verify --token=\"$(cat /root/login)\""
                f" auth can-i {verb} {kind} --all-namespaces").output.strip()
            for verb, kind in [("list", "nodes"), ("get", "secrets")]]
        report.equal(f"what {rights} may do", answers, ["yes", may_read_secrets])
    SERVER.output("rm", "/root/login")


def the_mesh_is_drawn(report):
    picture = COORDINATOR.output("coordinator", "graph", "--format", "svg")
    report.equal("the picture has a line for each pair", picture.count("<line "), 3)
    tables = COORDINATOR.output("coordinator", "graph")
    report.contains("the tables have times and handshakes", tables, " ms \u00b7 ")
    report.check("nothing is unknown", "Not known" not in tables, tables)


def the_tunnel_goes(report):
    removed = COORDINATOR.run("coordinator", "tunnel", "remove")
    report.check("the tunnel is removed", removed.status == 0, removed.text)
    report.contains("it says what went", removed.output, HOSTNAME, "three-clouds is deleted")
    report.equal("no DNS record is left", records(), [])
    report.equal("the account has the tunnel no more", tunnels(), [])
    left = kubernetes("get", "ingress,helmchart", "--all-namespaces", "-o", "name")
    report.equal("the dashboard is what is left", left.split(), ["helmchart.helm.cattle.io/headlamp"])
