#!/usr/bin/env bash
# Installs what a task needs from the distribution (Debian 12, Ubuntu 24.04). Where all is there, it
# does nothing and says nothing.
#
#   packaging/install-dependencies.sh build|test|lint|protocol|deb|lab ...
set -euo pipefail

declare -A packages=(
    [build]="git pkg-config libnghttp2-dev libssl-dev libsqlite3-dev libyaml-dev zlib1g-dev"
    [test]="python3-venv openssl"
    [lint]="shellcheck"
    [protocol]="git protobuf-compiler"
    [deb]="binutils dpkg-dev lintian python3 xz-utils"
    [lab]="apt-utils ca-certificates curl debian-archive-keyring dpkg-dev gcc iproute2 iputils-ping
        libc6-dev mmdebstrap nftables openssl procps python3 systemd-container util-linux"
)

# Every task that builds needs Swift, which no distribution has in a version of use.
require_swift() {
    local answer version
    answer=$(swift --version 2>&1 || true)
    version=$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$answer")
    if [ -z "$version" ] ||
        ! printf '6.2\n%s\n' "$version" | sort --check=quiet --version-sort; then
        echo "Swift 6.2 or newer is needed (here: $(tail -n 1 <<<"$answer")): install swift.org's" \
            "toolchain and the packages it names, https://www.swift.org/install/linux/" >&2
        exit 1
    fi
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
for task; do
    [ -n "${packages[$task]:-}" ] || {
        echo "install-dependencies: no such task: $task (one of ${!packages[*]})" >&2
        exit 2
    }
    [ "$task" != build ] || require_swift
    for package in ${packages[$task]}; do
        is_installed "$package" || missing+=("$package")
    done
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || {
    echo "These packages are needed, and only apt-get is known here: ${missing[*]}" >&2
    exit 1
}
echo "Installing with apt-get$([ "$(id -u)" = 0 ] || echo ' (sudo)'): ${missing[*]}"
as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install --yes --no-install-recommends "${missing[@]}" >/dev/null
