# What lies between the hosts: the switch with its delays, the operator's side, and the web server
# that plays the internet. Sourced by lab.sh.
# shellcheck shell=bash

build_switch() {
    [ "$SWITCH" -nt "$HERE/wan-switch.c" ] ||
        gcc -O2 -Wall -Wextra -Werror -o "$SWITCH" "$HERE/wan-switch.c"
}

switch() { "$SWITCH" control "$SWITCH_SOCKET" "$@" >/dev/null || die "switch: $*"; }

start_network() {
    if ! ip netns pids "$WAN" >/dev/null 2>&1; then
        ip netns add "$WAN"
        ip -n "$WAN" link set lo up
    fi
    [ -z "$(running "$RUN/switch.pid")" ] || return 0
    in_background switch "$SWITCH" serve "$SWITCH_SOCKET"
    for _ in $(seq 100); do
        "$SWITCH" control "$SWITCH_SOCKET" statistics >/dev/null 2>&1 && break
        sleep 0.02
    done
    switch add 0 "${PREFIX}op"
    ip -n "$WAN" addr add "$OPERATOR/24" dev "${PREFIX}op"
    ip -n "$WAN" link set "${PREFIX}op" up
}

start_web_server() {
    [ -z "$(running "$RUN/web.pid")" ] || return 0
    in_background web python3 "$HERE/internet.py" "$OPERATOR" "$WWW" "$CA/web.pem" "$CA/web.key"
}

# Starts a program in the operator's namespace; its log and stamp lie in $RUN.
in_background() {
    local name=$1
    shift
    setsid ip netns exec "$WAN" "$@" </dev/null >"$RUN/$name.log" 2>&1 9>&- &
    process_stamp $! >"$RUN/$name.pid"
}

# ---- names and certificates

# Every folder of the web server's root is a name of the lab's internet.
internet_names() { find "$WWW" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | LC_ALL=C sort; }

# Completes one /etc/hosts.
write_names() {
    local name
    for name in $(internet_names); do
        grep -qE "[[:space:]]$name([[:space:]]|\$)" "$1" || echo "$OPERATOR $name" >>"$1"
    done
}

# A CA that the hosts trust, so that https://get.k3s.io can be played.
make_authority() {
    [ ! -s "$CA/ca.crt" ] || return 0
    mkdir -p "$CA"
    certificate -days 3650 -subj "/CN=lab CA" -keyout "$CA/ca.key" -out "$CA/ca.crt"
}

# The web server's certificate, anew whenever the names change.
make_web_certificate() {
    local names
    names=$(internet_names)
    [ ! -s "$CA/web.pem" ] || [ "$(cat "$CA/names")" != "$names" ] || return 0
    # shellcheck disable=SC2086 # a list of words
    certificate -days 3650 -subj "/CN=lab web server" -addext basicConstraints=CA:FALSE \
        -addext "subjectAltName=$(printf 'DNS:%s,' $names)IP:$OPERATOR" \
        -CA "$CA/ca.crt" -CAkey "$CA/ca.key" -keyout "$CA/web.key" -out "$CA/web.pem"
    echo "$names" >"$CA/names"
    stop_process "$RUN/web.pid"
}

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@" 2>/dev/null
}

stop_process() {
    local process
    process=$(running "$1")
    [ -z "$process" ] || kill "$process" 2>/dev/null || true
    rm -f "$1"
}

# ---- delay, loss, cuts

# 75ms, 1s, 500us, in microseconds
microseconds() {
    [[ $1 =~ ^([0-9]+)(us|ms|s)?$ ]] || die "not a delay: $1"
    case ${BASH_REMATCH[2]} in
    ms) echo $((BASH_REMATCH[1] * 1000)) ;;
    s) echo $((BASH_REMATCH[1] * 1000000)) ;;
    *) echo "${BASH_REMATCH[1]}" ;;
    esac
}

# 0.1% in parts per million
parts_per_million() { awk -v percent="${1%\%}" 'BEGIN { printf "%d\n", percent * 10000 + 0.5 }'; }

# delay DELAY LOSS [A B]: one way, on all paths between hosts or on those between A and B. The web
# server stays near, as a content network's is.
delay() {
    local time loss from to
    time=$(microseconds "$1")
    loss=$(parts_per_million "$2")
    if [ $# = 4 ]; then
        switch set "$3" "$4" "$time" "$loss"
        switch set "$4" "$3" "$time" "$loss"
        return
    fi
    for from in $(hosts); do
        for to in $(hosts); do
            [ "$from" = "$to" ] || switch set "$from" "$to" "$time" "$loss"
        done
    done
}

cut_off() {
    if [ $# = 2 ]; then
        switch block "$1" "$2"
        switch block "$2" "$1"
    else
        switch down "$1"
    fi
}

heal() {
    if [ $# = 2 ]; then
        switch unblock "$1" "$2"
        switch unblock "$2" "$1"
    else
        switch up "$1"
    fi
}
