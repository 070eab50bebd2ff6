#!/usr/bin/env bash
# Several servers of different clouds on one Linux machine. Each host is a Debian with systemd, apt,
# a hostname and a journal of its own, on a network whose paths have delay and loss and can be cut.
# The machine's own network is not touched (but for a way out, where the real internet is used).
#
#   operator and web server   203.0.113.1        `exec 0` runs there
#   host N                    203.0.113.(10+N)
#
# usage: lab.sh COMMAND
#   up N                   builds what is missing and boots hosts 1 to N (bears repetition)
#   exec N [PROGRAM ...]   runs a program in host N as root; a shell where none is given
#   delay TIME LOSS [A B]  one way, on all paths between hosts or those of A and B: delay 75ms 0.1%
#   cut N [M]              drops silently all from and to N, or what passes between N and M
#   heal N [M]             undoes cut
#   kill N                 power loss; the disk stays
#   boot N                 power on
#   fresh N                another machine in its place: power loss, an empty disk, power on
#   publish FILE.deb ...   adds packages to the hosts' mirror, with what they depend on
#   mirror PACKAGE ...     adds packages of the distribution to the mirror, with what they depend on
#   status                 what runs
#   down                   stops everything; only the image and the mirror stay
#   clean                  down, and the image and the mirror go too
#
# environment
#   LAB_DIR        image, mirror and state; default ~/.cache/isthmus-lab
#   LAB_PREFIX     of namespaces and devices; default "lab"
#   LAB_UPSTREAMS  the folder that plays K3s and Kilo (parts/upstreams.sh says how); empty for the
#                  real ones; default ../shared/testbed/k3s beside the project
#
# Needs root on Debian, and what packaging/install-dependencies.sh lab installs.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in settings image mirror internet upstreams host; do
    # shellcheck source=/dev/null
    . "$HERE/parts/$part.sh"
done

up() {
    local number
    mkdir -p "$BASE" "$RUN"
    build_switch
    build_image
    build_mirror
    raise_limits
    start_network
    start_upstreams
    make_web_certificate
    start_web_server
    for number in $(seq "$1"); do boot "$number"; done
    for number in $(seq "$1"); do wait_for_boot "$number"; done
}

# Every systemd takes several inotify instances, and a user has 128 by default. `down` puts the old
# value back.
raise_limits() {
    local limit=/proc/sys/fs/inotify/max_user_instances
    [ "$(cat $limit)" -ge 4096 ] || {
        cat $limit >"$RUN/inotify-limit"
        echo 4096 >$limit
    }
}

down() {
    local number tree file
    for number in $(hosts); do power_off "$number"; done
    for file in "$RUN"/*.pid; do [ ! -e "$file" ] || stop_process "$file"; done
    close_way_out
    ip netns del "$WAN" 2>/dev/null || true
    for tree in $(cgroup_trees); do rmdir "$tree/$PREFIX" 2>/dev/null || true; done
    [ ! -s "$RUN/inotify-limit" ] ||
        cat "$RUN/inotify-limit" >/proc/sys/fs/inotify/max_user_instances
    rm -rf "$RUN"
}

status() {
    local number process
    for number in $(hosts); do
        process=$(first_process "$number")
        printf 'host %s  %s  %-12s disk %sM\n' "$number" "$(address_of "$number")" \
            "${process:+process $process}" "$(du -sm "$RUN/host-$number/disk" | cut -f1)"
    done
}

usage() {
    sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed -n 's/^# \{0,1\}//p' >&2
    exit 2
}

require_host() {
    [[ ${1:-} =~ ^[0-9]{1,3}$ && $1 -le 240 ]] || die "not a host's number: ${1:-}"
}

[ "$(id -u)" = 0 ] || die "must be root"
command=${1:-}
shift || true
case $command in
up | cut | heal | kill | boot | fresh | exec) require_host "${1:-}" ;;
esac
case $command in
exec | status | '') ;;
*) # one change at a time
    mkdir -p "$LAB"
    exec 9>"$LAB/.lock"
    flock 9
    ;;
esac
case $command in
up) up "$1" ;;
exec) enter "$@" ;;
delay) delay "${1:?TIME}" "${2:?LOSS}" "${@:3}" ;;
cut) cut_off "$@" ;;
heal) heal "$@" ;;
kill) power_off "$1" ;;
boot)
    boot "$1"
    wait_for_boot "$1"
    ;;
fresh)
    power_off "$1"
    rm -rf "$RUN/host-$1"
    boot "$1"
    wait_for_boot "$1"
    ;;
publish) publish "$@" ;;
mirror) mirror "$@" ;;
status) status ;;
down) down ;;
clean)
    down
    rm -rf "$BASE" "$LAB/k3s-parts"
    ;;
*) usage ;;
esac
