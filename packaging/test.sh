#!/usr/bin/env bash
# Builds everything and runs every test that needs no root. A further argument goes to `swift test`:
#   packaging/test.sh --filter RolloutEngineTests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/install-dependencies.sh build test

# The tests call the coordinator with Python's gRPC client too, and check the plan's schema with
# Python's jsonschema: they know nothing of ours.
python=.venv/bin/python
if ! "$python" -c 'import grpc, jsonschema' 2>/dev/null; then
    echo "Installing grpcio and jsonschema into .venv, for the tests that ask another's opinion"
    python3 -m venv .venv &&
        .venv/bin/pip --quiet --disable-pip-version-check install grpcio jsonschema ||
        echo "They cannot be had: the tests that need them are skipped"
fi
if "$python" -c 'import grpc' 2>/dev/null; then
    export ISTHMUS_PYTHON=$PWD/$python
fi

# Files of K3s, Kilo and others, byte for byte, that tests compare with; they are not part of the
# project.
if [ -d ../shared/upstream ]; then
    ISTHMUS_UPSTREAM=$(cd ../shared/upstream && pwd)
    export ISTHMUS_UPSTREAM
fi

# A test compares the generated code where its generators are built; continuous integration builds
# them.
generators=${XDG_CACHE_HOME:-$HOME/.cache}/isthmus/protoc-plugins
if [ ! -x "$generators/protoc-gen-swift" ]; then
    if [ -n "${CI:-}" ]; then
        packaging/install-dependencies.sh protocol
        echo "Building the protocol's generators (1 min 40 s on two cores, once per machine)"
        packaging/protocol/generate.sh --check
    else
        echo "The generated code is not compared: make protocol builds its generators (1 min 40 s)"
    fi
fi

swift build --build-tests
swift test --skip-build "$@"
