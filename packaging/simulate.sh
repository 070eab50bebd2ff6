#!/usr/bin/env bash
# Plays rollouts with all that goes wrong (docs/simulation.md). Arguments go to the program:
#
#   packaging/simulate.sh --seeds 100000 | --seed 7 | --faults
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/install-dependencies.sh build
swift build --configuration release --product Simulate >&2
exec "$(swift build --configuration release --show-bin-path)/Simulate" "$@"
