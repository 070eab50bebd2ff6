#!/usr/bin/env bash
# make lab: builds the packages, brings the hosts up, runs the scenarios, takes everything down.
#
#   Tests/Lab/run.sh [SCENARIO ...]     KEEP=1 leaves the hosts up, for a look with lab.sh exec
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ "$(id -u)" = 0 ] || {
    echo "make lab needs root: it makes network namespaces and boots systemd in them" >&2
    exit 1
}
[ "$(. /etc/os-release && echo "$ID")" = debian ] || {
    echo "make lab needs Debian: its hosts run the release of the machine below" >&2
    exit 1
}
packaging/install-dependencies.sh lab
# The stand-in for K3s carries this machine's kubectl. Debian 12's (1.20) will not do: its diff shows
# the fields' owners and their times, so that nothing is ever as it was.
kubectl_minor=$(kubectl version --client 2>/dev/null | sed -n 's/.*v1\.\([0-9]*\)\..*/\1/p' | head -n 1)
[ "${kubectl_minor:-0}" -ge 21 ] || {
    echo "make lab needs kubectl 1.21 or newer in PATH (here: ${kubectl_minor:+1.}${kubectl_minor:-none});" \
        "https://kubernetes.io/docs/tasks/tools/ says how to get it" >&2
    exit 1
}

# Two labs would make, and take down, the same hosts.
exec 9>/run/isthmus-lab.lock
flock --nonblock 9 || {
    echo "make lab: another lab runs on this machine; wait until it has ended" >&2
    exit 1
}
packaging/deb/build.sh

lab=Tests/Lab/lab.sh
[ -n "${KEEP:-}" ] || trap '"$lab" down' EXIT
# The lock is this script's alone: what it leaves running must not hold it.
"$lab" up 4 9>&-
"$lab" publish dist/*.deb 9>&-
(cd Tests/Lab && PYTHONDONTWRITEBYTECODE=1 python3 -m scenarios "$@") 9>&-
