#!/usr/bin/env bash
# Prints this tree's version: the tag v1.2.3 gives 1.2.3, three commits later 1.2.3+3.gabcdef1;
# 0.1.0 where no tag is in sight.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

description=$(git describe --tags --match 'v[0-9]*' 2>/dev/null || true)
if [ -z "$description" ]; then
    echo 0.1.0
else
    sed -E 's/^v//; s/-([0-9]+)-(g[0-9a-f]+)$/+\1.\2/' <<<"$description"
fi
