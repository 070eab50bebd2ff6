#!/usr/bin/env bash
# A whole rollout on this machine, for a look: a coordinator, three agents on played machines, the
# plan of the three clouds. Real programs, real mutual TLS; only the machines are played, and all of
# it lies in a temporary folder that is gone afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

nodes=(kube-japan kube-seoul kube-chuncheon)

packaging/install-dependencies.sh build
echo "Building (three to five minutes on two cores the first time)"
swift build --product coordinator
swift build --product node-agent
PATH=$(swift build --show-bin-path):$PATH

folder=$(mktemp -d)
cp packaging/examples/three-clouds.json "$folder"
cd "$folder"
processes=()
begun=$SECONDS

# However it ends: what was started is stopped, what was written is removed.
clean_up() {
    local status=$?
    trap '' INT TERM
    [ $status = 0 ] || tail -n 5 ./*.log >&2 || true
    [ ${#processes[@]} = 0 ] || kill "${processes[@]}" 2>/dev/null || true
    wait
    rm -rf "$folder"
    printf '\nEverything is stopped, nothing is left behind. %d seconds.\n' $((SECONDS - begun))
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
tell() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

run() {
    echo "\$ $*"
    "$@"
}

# in_background LOG PROGRAM ARGUMENT...
in_background() {
    echo "\$ ${*:2} &"
    "${@:2}" >"$1.log" 2>&1 &
    processes+=($!)
}

# A token is shown to nobody: it goes into a file that only its owner reads.
token_for() {
    echo "\$ coordinator token create --node $1 --state coordinator >$1.token"
    (umask 077 && coordinator token create --node "$1" --state coordinator >"$1.token" 2>token.log)
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000)) # below the ports that clients get
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# until_said TEXT COUNT: the node list says a text that often; twenty seconds at most.
until_said() {
    for _ in $(seq 200); do
        [ "$(coordinator node list --state coordinator --output json 2>/dev/null |
            grep -o "$1" | wc -l)" != "$2" ] || return 0
        sleep 0.1
    done
    echo "The coordinator or an agent did not come up." >&2
    exit 1
}

address=127.0.0.1:$(free_port)
tell "A coordinator, with a certificate authority of its own"
run coordinator init --cluster three-clouds --address "$address" --state coordinator
in_background coordinator coordinator serve --stand-in-artifacts --state coordinator
until_said nodes 1

tell "Three machines join, each with a token that works once"
for node in "${nodes[@]}"; do
    token_for "$node"
    machine=(--host "simulated:machines/$node" --state "$node")
    run node-agent enroll --coordinator "$address" --token-file "$node.token" "${machine[@]}"
    in_background "$node" node-agent run "${machine[@]}"
done
until_said '"connected":true' 3

tell "The plan becomes a cluster"
run coordinator rollout --plan three-clouds.json --state coordinator

tell "What the machines say of themselves, every ten seconds"
until_said '"latestHandshake":[1-9]' 6
run coordinator node list --state coordinator

tell "The same plan once more changes nothing"
run coordinator rollout --plan three-clouds.json --state coordinator
