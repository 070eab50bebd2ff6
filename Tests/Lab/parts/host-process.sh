#!/usr/bin/env bash
# The process that becomes a host: enters its control groups, leaves its stamp, mounts its disk and
# turns into the program given (systemd-nspawn). It runs in a mount namespace of its own, so that
# the disk is gone when the host is.
#
#   host-process.sh FOLDER PROGRAM ARGUMENT...
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

folder=$1
shift
while read -r procs; do echo 0 >"$procs"; done <"$folder/cgroup-procs"
process_stamp $$ >"$folder/pid"
mount -t overlay overlay \
    -o "lowerdir=$IMAGE,upperdir=$folder/disk,workdir=$folder/work" "$folder/root"
exec "$@"
