#!/usr/bin/env bash
# Looks for what a reviewer need not: Swift's format and idioms, the shell scripts' pitfalls.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/install-dependencies.sh lint

swift format lint --strict --recursive --parallel \
    Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
git ls-files -z '*.sh' .ci/run 'packaging/deb/*/p*' | xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR
