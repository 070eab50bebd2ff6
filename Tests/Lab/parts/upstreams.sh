# Where the hosts get K3s and Kilo from. Sourced by lab.sh.
# shellcheck shell=bash

# A folder that plays them has a `publish.sh` which
#   - fills $TB_DIR/base/www/NAME/… with what https://NAME/… shall answer, and may leave the stamps
#     of its processes in $TB_DIR/run/*.pid (they live in the namespace ${TB_PREFIX}wan);
#   - prints, asked for `parts`, a folder that its K3s needs on every host as /opt/k3s-parts.
# Where there is none, the hosts reach the real internet through this machine.
UPSTREAMS=${LAB_UPSTREAMS-$HERE/../../../shared/testbed/k3s}

start_upstreams() {
    if [ -x "$UPSTREAMS/publish.sh" ]; then
        say "K3s and Kilo are played by $UPSTREAMS"
        upstreams 9>&- >&2 || die "$UPSTREAMS/publish.sh failed"
        # Where the played tunnel leads: nothing carries packets through it here.
        mkdir -p "$WWW/panel.example.com"
        echo "a dashboard" >"$WWW/panel.example.com/index.html"
        echo "--bind-ro=$(upstreams parts):/opt/k3s-parts" >"$RUN/binds"
    else
        say "no folder plays K3s and Kilo (LAB_UPSTREAMS): the hosts use the real ones"
        find "$WWW" -mindepth 1 -maxdepth 1 ! -name "$MIRROR" -exec rm -r {} +
        open_way_out
    fi
}

upstreams() { TB_DIR=$LAB TB_PREFIX=$PREFIX "$UPSTREAMS/publish.sh" "$@"; }

# ---- a way out: the operator's namespace forwards to this machine, which hides it behind its own
# address

open_way_out() {
    local setting=/proc/sys/net/ipv4/ip_forward
    [ ! -e "$RUN/way-out" ] || return 0
    ip link add "${PREFIX}out" type veth peer name out netns "$WAN"
    ip addr add 198.51.100.1/30 dev "${PREFIX}out"
    ip link set "${PREFIX}out" up
    ip -n "$WAN" addr add 198.51.100.2/30 dev out
    ip -n "$WAN" link set out up
    ip -n "$WAN" route add default via 198.51.100.1
    ip netns exec "$WAN" sh -c "echo 1 >$setting"
    ip netns exec "$WAN" nft -f - <<<"table ip lab { chain out {
        type nat hook postrouting priority srcnat; oifname out masquerade; }; }"
    nft -f - <<<"table ip $PREFIX { chain out {
        type nat hook postrouting priority srcnat; ip saddr 198.51.100.2 masquerade; }; }"
    cat $setting >"$RUN/way-out"
    echo 1 >$setting
}

close_way_out() {
    [ -e "$RUN/way-out" ] || return 0
    cat "$RUN/way-out" >/proc/sys/net/ipv4/ip_forward
    nft delete table ip "$PREFIX" 2>/dev/null || true
    ip link del "${PREFIX}out" 2>/dev/null || true
}

way_out_into() { [ ! -e "$RUN/way-out" ] || cat /etc/resolv.conf >"$1"; }
