#!/usr/bin/env bash
# Searches for bytes that crash, hang, leak or bloat the project: libFuzzer with AddressSanitizer over
# the entries of Tests/Fuzzing. Ends with 1 where it found some, and says where they lie.
#
#   packaging/fuzz.sh [SECONDS for each entry [ENTRY ...]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-600}
shift $(($# > 0 ? 1 : 0))
entries=("$@")
if [ ${#entries[@]} = 0 ]; then
    mapfile -t entries < <(ls Tests/Fuzzing/Seeds)
fi
for entry in "${entries[@]}"; do
    [ -d "Tests/Fuzzing/Seeds/$entry" ] || {
        echo "fuzz: no such entry: $entry (one of $(echo Tests/Fuzzing/Seeds/* | sed 's,[^ ]*/,,g'))" >&2
        exit 2
    }
done

packaging/install-dependencies.sh build
build=.build-fuzz
# Optimised, yet with what tests may see: a search needs speed, and checks of overflow stay. The fuzzer is
# named again at the end: SwiftPM passes the two in an order of chance, and nothing counts what is
# covered where the other one comes last.
options=(--package-path Tests/Fuzzing --scratch-path "$build" --sanitize fuzzer --sanitize address
    -Xswiftc -sanitize=fuzzer -Xswiftc -O)
# gold, Swift's linker here, names thousands of the sanitizer's symbols that it need not export.
swift build "${options[@]}" 2>&1 | grep --invert-match 'Cannot export local symbol'
fuzz=$(swift build "${options[@]}" --show-bin-path)/fuzz

# A trap is libFuzzer's to report; the quarantine of freed memory counts against the bound.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=quarantine_size_mb=16:detect_leaks=1:allocator_may_return_null=1

# The last number that stands behind a word in libFuzzer's log.
number() { sed -n "s/.*$1:* *\([0-9][0-9]*\).*/\1/p" "$log" | tail -n 1; }

findings=0
printf '%-14s %12s %9s %9s %8s  %s\n' entry executions per-s coverage rss-MiB findings
for entry in "${entries[@]}"; do
    corpus=$build/corpus/$entry found=$build/findings/$entry log=$build/$entry.log
    mkdir -p "$corpus" "$found" "Tests/Fuzzing/Cases/$entry"
    dictionary=Tests/Fuzzing/Dictionaries/$entry
    result=none
    FUZZ_ENTRY=$entry nice "$fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 \
        -max_len=16384 -print_final_stats=1 -artifact_prefix="$found/" \
        ${dictionary:+$([ ! -f "$dictionary" ] || echo "-dict=$dictionary")} \
        "$corpus" "Tests/Fuzzing/Seeds/$entry" "Tests/Fuzzing/Cases/$entry" >"$log" 2>&1 || {
        result="$(sed -n 's/.*artifact_prefix.*written to //p' "$log" | tail -n 1) (see $log)"
        findings=$((findings + 1))
    }
    if [ -z "$(number cov)" ] && [ "$result" = none ]; then
        result="nothing was covered: the search was blind (see $log)"
        findings=$((findings + 1))
    fi
    printf '%-14s %12s %9s %9s %8s  %s\n' "$entry" "$(number number_of_executed_units)" \
        "$(number average_exec_per_sec)" "$(number cov)" "$(number peak_rss_mb)" "$result"
done
[ "$findings" = 0 ] || {
    echo "Copy what was found to Tests/Fuzzing/Cases/ENTRY/: make test then replays it." >&2
    exit 1
}
