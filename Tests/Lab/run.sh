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
# The stand-in for K3s carries a kubectl; any that is there will do.
command -v kubectl >/dev/null || packaging/install-dependencies.sh kubectl

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
