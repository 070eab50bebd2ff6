#!/usr/bin/env bash
# Builds both transports' servers and clients, measures them side by side over the loopback
# interface, and prints one table. Ten minutes at most, after the build.
#
#   Benchmarks/run.sh
#   ONLY=unary|streams|handshakes|idle ROUNDS=5 Benchmarks/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/install-dependencies.sh build test

echo "Building Benchmarks (release; several minutes the first time)" >&2
swift build --configuration release --package-path Benchmarks --product BenchmarkServer >&2
swift build --configuration release --package-path Benchmarks --product BenchmarkClient >&2

certificates=$(mktemp --directory)
trap 'rm -rf "$certificates"' EXIT
Benchmarks/certificates.sh "$certificates"

PYTHONDONTWRITEBYTECODE=1 timeout --kill-after=10 600 python3 Benchmarks/Driver \
    --programs Benchmarks/.build/release --certificates "$certificates" \
    --results Benchmarks/.build/results.jsonl --rounds "${ROUNDS:-5}" ${ONLY:+--only "$ONLY"}
