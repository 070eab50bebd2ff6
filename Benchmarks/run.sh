#!/usr/bin/env bash
# Builds both transports' servers and clients, a coordinator and a fleet of agents, measures them
# over the loopback interface, and prints one table. A quarter of an hour, after the build.
#
#   Benchmarks/run.sh
#   ONLY=unary|streams|loops|handshakes|idle|restart|heartbeats|rollouts ROUNDS=5 Benchmarks/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/install-dependencies.sh build test

echo "Building Benchmarks (release; several minutes the first time)" >&2
for product in BenchmarkServer BenchmarkClient Fleet; do
    swift build --configuration release --package-path Benchmarks --product "$product" >&2
done

# Where the tests' Python has grpcio, that is measured too.
python=.venv/bin/python
"$python" -c 'import grpc' 2>/dev/null || python=

certificates=$(mktemp --directory)
trap 'rm -rf "$certificates"' EXIT
Benchmarks/certificates.sh "$certificates"

PYTHONDONTWRITEBYTECODE=1 timeout --kill-after=10 1500 python3 Benchmarks/Driver \
    --programs Benchmarks/.build/release --certificates "$certificates" \
    --results Benchmarks/.build/results.jsonl --rounds "${ROUNDS:-5}" \
    ${python:+--python "$python"} ${ONLY:+--only "$ONLY"}
