# One host: a Debian with systemd as its first process, in namespaces of its own. Sourced by lab.sh.
# shellcheck shell=bash

# Folders of a host that may become an overlay's upper layer or hold large files; an overlay cannot
# lie on another one, so these are on the machine's own disk.
DISK_FOLDERS="rancher kubelet"

hosts() {
    find "$RUN" -mindepth 1 -maxdepth 1 -name 'host-*' -printf '%f\n' | sed 's/host-//' | sort -n
}

# The process (as seen here) that is the host's first one; nothing while it is off.
first_process() {
    local nspawn
    nspawn=$(running "$RUN/host-$1/pid")
    [ -z "$nspawn" ] || pgrep --parent "$nspawn" --oldest || true
}

boot() {
    local number=$1 folder=$RUN/host-$1 bind binds=()
    mkdir -p "$folder"/{disk/etc,work,root,data}
    if [ -n "$(first_process "$number")" ]; then
        write_names "/proc/$(first_process "$number")/root/etc/hosts"
        return
    fi
    # A fresh VPS has the provider's name, not ours.
    [ -e "$folder/disk/etc/hostname" ] || echo "vps$number" >"$folder/disk/etc/hostname"
    [ -e "$folder/disk/etc/hosts" ] || cp "$IMAGE/etc/hosts" "$folder/disk/etc/hosts"
    write_names "$folder/disk/etc/hosts"
    way_out_into "$folder/disk/etc/resolv.conf"
    make_cgroups "$number"
    connect "$number"
    for bind in $DISK_FOLDERS; do
        mkdir -p "$folder/data/$bind"
        binds+=("--bind=$folder/data/$bind:/var/lib/$bind")
    done
    [ ! -s "$RUN/binds" ] || mapfile -t -O "${#binds[@]}" binds <"$RUN/binds"
    SYSTEMD_NSPAWN_API_VFS_WRITABLE=network \
        setsid unshare --mount --propagation private "$HERE/parts/host-process.sh" "$folder" \
        systemd-nspawn --quiet --boot --directory="$folder/root" --machine="$PREFIX-$number" \
        --network-namespace-path="/run/netns/$PREFIX$number" --register=no --keep-unit \
        --console=pipe --capability=all --resolv-conf=off --timezone=off --link-journal=no \
        --notify-ready=yes "${binds[@]}" </dev/null >"$folder/console.log" 2>&1 9>&- &
}

# Until systemd says that it is up: 60 seconds at most.
wait_for_boot() {
    local process state end=$((SECONDS + 60))
    while [ $SECONDS -lt $end ]; do
        process=$(first_process "$1")
        if [ -n "$process" ]; then
            state=$(timeout 5 nsenter -t "$process" -a -- \
                systemctl is-system-running --wait 2>/dev/null || true)
            case $state in
            running) return ;;
            degraded)
                say "host $1 is up, but a unit failed (systemctl --failed)"
                return
                ;;
            esac
        fi
        sleep 0.1
    done
    die "host $1 did not boot: see $RUN/host-$1/console.log"
}

# Power loss: every process dies at once, the network goes; the disk stays.
power_off() {
    local cgroup
    cgroup=$(unified_cgroup)/$PREFIX/host-$1
    if [ -d "$cgroup" ]; then
        echo 1 >"$cgroup/cgroup.kill"
        for _ in $(seq 200); do
            grep -q '^populated 0' "$cgroup/cgroup.events" && break
            sleep 0.02
        done
    fi
    rm -f "$RUN/host-$1/pid"
    disconnect "$1"
    for _ in $(seq 20); do
        remove_cgroups "$1"
        [ -d "$cgroup" ] || break
        sleep 0.02
    done
}

# Runs a command in a host (0: the operator's namespace), in its control groups and namespaces,
# with a login's environment and none of ours.
enter() {
    local number=$1 process cgroup
    shift
    [ $# -gt 0 ] || set -- bash -l
    [ "$number" != 0 ] || exec ip netns exec "$WAN" "$@"
    process=$(first_process "$number")
    [ -n "$process" ] || die "host $number is off"
    for cgroup in $(cgroups "$number"); do
        [ ! -d "$cgroup/payload/init.scope" ] || cgroup=$cgroup/payload/init.scope
        echo $$ >"$cgroup/cgroup.procs"
    done
    exec nsenter -t "$process" -a -r -w -- env -i HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# ---- its cable

connect() {
    local number=$1 namespace=$PREFIX$1
    ip netns add "$namespace" 2>/dev/null || return 0
    switch add "$number" "$PREFIX-$number"
    ip -n "$WAN" link set "$PREFIX-$number" netns "$namespace" name eth0
    ip -n "$namespace" -batch - <<-NETWORK
	link set lo up
	link set eth0 address $(printf '02:00:cb:00:71:%02x' $((10 + number)))
	addr add $(address_of "$number")/24 dev eth0
	link set eth0 up
	route add default via $OPERATOR
	NETWORK
}

disconnect() {
    "$SWITCH" control "$SWITCH_SOCKET" remove "$1" >/dev/null 2>&1 || true
    ip netns del "$PREFIX$1" 2>/dev/null || true
}

# ---- its control groups: one in cgroup v2's tree, and one for each v1 controller where the machine
# still has those

unified_cgroup() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo /sys/fs/cgroup
    else
        echo /sys/fs/cgroup/unified
    fi
}

cgroup_trees() {
    local controller
    unified_cgroup
    for controller in systemd memory pids cpu cpuacct cpuset blkio devices freezer; do
        [ ! -d "/sys/fs/cgroup/$controller/" ] || [ -e /sys/fs/cgroup/cgroup.controllers ] ||
            echo "/sys/fs/cgroup/$controller"
    done
}

cgroups() { cgroup_trees | sed "s|\$|/$PREFIX/host-$1|"; }

make_cgroups() {
    local tree setting cpusets=/sys/fs/cgroup/cpuset
    for tree in $(cgroup_trees); do
        mkdir -p "$tree/$PREFIX"
        if [ "$tree" = $cpusets ]; then
            for setting in cpuset.cpus cpuset.mems; do
                cat "$cpusets/$setting" >"$cpusets/$PREFIX/$setting"
            done
            echo 1 >"$cpusets/$PREFIX/cgroup.clone_children"
        fi
        mkdir -p "$tree/$PREFIX/host-$1"
    done
    cgroups "$1" | sed 's|$|/cgroup.procs|' >"$RUN/host-$1/cgroup-procs"
}

# Deepest first; all its processes are dead.
remove_cgroups() {
    local cgroup
    for cgroup in $(cgroups "$1"); do
        [ ! -d "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}
