#!/usr/bin/env bash
# make attack: attacks a coordinator over loopback, as an agent and as a stranger, prints what each
# attack cost it, and fails where a bound is broken. Two minutes; root is not needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

packaging/install-dependencies.sh build test
python=.venv/bin/python
if ! "$python" -c 'import grpc, hpack, hyperframe' 2>/dev/null; then
    echo "Installing grpcio, hpack and hyperframe into .venv"
    python3 -m venv .venv
    "$python" -m pip --quiet --disable-pip-version-check install grpcio hpack hyperframe
fi
swift build --product coordinator
swift build --product node-agent
PYTHONPATH=Tests/Attack PYTHONDONTWRITEBYTECODE=1 "$python" -m attacks "$(swift build --show-bin-path)"
