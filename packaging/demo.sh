#!/usr/bin/env bash
# A whole rollout on this machine, for a look: a coordinator, three agents on played machines, the
# plan of the three clouds. Real programs, real mutual TLS; only the machines are played, and all of
# it lies in a temporary folder that is gone afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

plan=packaging/examples/three-clouds.json
nodes=(kube-japan kube-seoul kube-chuncheon)

packaging/install-dependencies.sh build
echo "Building (three minutes on two cores the first time)"
swift build
programs=$(swift build --show-bin-path)

folder=$(mktemp -d)
processes=()
begun=$SECONDS

# However it ends: what was started is stopped, what was written is removed.
clean_up() {
    local status=$?
    trap '' INT TERM
    [ $status = 0 ] || tail -n 5 "$folder"/*.log >&2 || true
    [ ${#processes[@]} = 0 ] || kill "${processes[@]}" 2>/dev/null || true
    wait
    rm -rf "$folder"
    echo
    echo "Everything is stopped, nothing is left behind. $((SECONDS - begun)) seconds."
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
tell() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Shows a command as one would type it in the demo's folder.
show() { echo "\$ ${*//$folder\//}"; }

run() {
    show "$@"
    "$programs/$1" "${@:2}"
}

# in_background LOG PROGRAM ARGUMENT...
in_background() {
    show "${@:2}" "&"
    "$programs/$2" "${@:3}" >"$folder/$1.log" 2>&1 &
    processes+=($!)
}

# A token is shown to nobody: it goes from the coordinator to a file that only its owner reads.
token_into() {
    show coordinator token create --node "$2" --state coordinator ">" "$1"
    (umask 077 && "$programs/coordinator" token create --node "$2" \
        --state "$folder/coordinator" >"$folder/$1" 2>"$folder/token.log")
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM))
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

wait_for_coordinator() {
    for _ in $(seq 100); do
        "$programs/coordinator" node list --state "$folder/coordinator" >/dev/null 2>&1 && return
        sleep 0.1
    done
    echo "The coordinator did not come up." >&2
    exit 1
}

address=127.0.0.1:$(free_port)
tell "A coordinator, with a certificate authority of its own"
run coordinator init --cluster three-clouds --address "$address" --state "$folder/coordinator"
in_background coordinator coordinator serve --stand-in-artifacts --state "$folder/coordinator"
wait_for_coordinator

tell "Three machines join, each with a token that works once"
for node in "${nodes[@]}"; do
    machine=(--host "simulated:$folder/machines/$node" --state "$folder/$node")
    token_into "$node.token" "$node"
    run node-agent enroll --coordinator "$address" --token-file "$folder/$node.token" \
        "${machine[@]}"
    in_background "$node" node-agent run "${machine[@]}"
done

tell "The plan becomes a cluster"
run coordinator rollout --plan "$plan" --state "$folder/coordinator"

tell "What is where"
run coordinator node list --state "$folder/coordinator"

tell "The same plan once more changes nothing"
run coordinator rollout --plan "$plan" --state "$folder/coordinator"
