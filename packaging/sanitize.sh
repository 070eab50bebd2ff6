#!/usr/bin/env bash
# Runs tests under one of Swift's sanitizers, in a build folder of its own. Ends with another status
# than 0 where a test fails or the sanitizer has something to report.
#
#   packaging/sanitize.sh thread     races of threads, over the transport
#   packaging/sanitize.sh address    misuse and leaks of memory, wherever we call C
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sanitizer=${1:-}
case $sanitizer in
thread)
    filter='GRPCTransportTests|HTTP2SessionTests|TLSSessionTests'
    export TSAN_OPTIONS=halt_on_error=0:exitcode=66
    ;;
address)
    filter='GRPCTransportTests|HTTP2SessionTests|TLSSessionTests|TrustTests'
    export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
    ;;
*)
    echo "usage: packaging/sanitize.sh thread|address" >&2
    exit 2
    ;;
esac

packaging/install-dependencies.sh build test
if [ -x .venv/bin/python ]; then
    export ISTHMUS_PYTHON=$PWD/.venv/bin/python
fi
# A report of the sanitizer is clearer than the runtime's own words about a crash.
export SWIFT_BACKTRACE=enable=no

options=(--scratch-path ".build-$sanitizer" --sanitize "$sanitizer")
swift build --build-tests "${options[@]}" 2>&1 | grep --invert-match 'Cannot export local symbol'
log=.build-$sanitizer/tests.log
status=0
swift test --skip-build "${options[@]}" --filter "$filter" >"$log" 2>&1 || status=$?
reports=$(grep --count --extended-regexp '^(WARNING|==[0-9]+==ERROR): [A-Za-z]+Sanitizer' "$log" || true)
grep --extended-regexp '^SUMMARY: |✘|Test run with' "$log" || true
echo "$reports reports of the $sanitizer sanitizer; all of it is in $log"
[ "$status" = 0 ] && [ "$reports" = 0 ]
