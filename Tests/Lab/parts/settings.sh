# What the lab's things are called and where they lie. Sourced by lab.sh and host-process.sh.
# shellcheck shell=bash disable=SC2034

# Neither on tmpfs nor on overlayfs: the hosts' disks are overlays themselves.
LAB=${LAB_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/isthmus-lab}
BASE=$LAB/base       # survives `down`: image, package mirror, web pages, certificates
RUN=$LAB/run         # what runs now: a folder for each host, process ids, logs
IMAGE=$BASE/image
WWW=$BASE/www        # a folder for each name of the lab's internet
CA=$BASE/ca

PREFIX=${LAB_PREFIX:-lab}      # of network namespaces, devices and control groups
WAN=${PREFIX}wan               # the namespace of the switch, the operator and the web server
SWITCH=$BASE/wan-switch
SWITCH_SOCKET=$RUN/switch.sock
NETWORK=203.0.113              # RFC 5737: addresses for documentation
OPERATOR=$NETWORK.1
MIRROR=mirror.lab
# The hosts run the machine's own Debian release, for which the packages under test are built.
SUITE=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")

say() { printf 'lab: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

address_of() { [ "$1" = 0 ] && echo "$OPERATOR" || echo "$NETWORK.$((10 + $1))"; }

# A process id alone may be somebody else's after a reboot: files hold "PID START-TIME".
process_stamp() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    local pid=$1
    # shellcheck disable=SC2086 # words are wanted: the fields after the program's name
    set -- ${stat##*) }
    [ "$1" = Z ] || echo "$pid ${20}"
}

# The process of a stamp file, where it still runs.
running() {
    local stamp
    stamp=$(cat "$1" 2>/dev/null) || return 0
    if [ -n "$stamp" ] && [ "$(process_stamp "${stamp%% *}")" = "$stamp" ]; then
        echo "${stamp%% *}"
    fi
}
