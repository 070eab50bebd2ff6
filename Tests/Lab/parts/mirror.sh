# The package mirror that the hosts' apt uses. Sourced by lab.sh.
# shellcheck shell=bash disable=SC2153

# What the hosts may install beside the packages under test, with dependencies. The kernel of a
# developer's machine may lack WireGuard, so wireguard-go is there too.
MIRRORED="wireguard wireguard-tools wireguard-go iptables jq sqlite3"
POOL=$WWW/$MIRROR/debian/pool

build_mirror() {
    [ "$(cat "$BASE/mirror.done" 2>/dev/null)" != "$MIRRORED" ] || return 0
    say "filling the package mirror"
    # shellcheck disable=SC2086 # a list of words
    download $MIRRORED
    write_index
    echo "$MIRRORED" >"$BASE/mirror.done"
}

# Adds packages under test, replacing older versions of theirs, and whatever they depend on.
publish() {
    local file
    for file; do
        rm -f "$POOL/$(dpkg-deb --field "$file" Package)"_*.deb
    done
    for file; do download "$(realpath "$file")"; done
    cp "$@" "$POOL/"
    chmod a+r "$POOL"/*
    write_index
}

# Adds packages of the distribution that one scenario alone needs.
mirror() {
    download "$@"
    write_index
}

# Fetches packages (names or .deb files) and what the image lacks of their dependencies.
download() {
    mkdir -p "$POOL/partial"
    apt-get -qq -o Dir::State::status="$IMAGE/var/lib/dpkg/status" \
        -o Dir::Cache::archives="$POOL" -o APT::Install-Recommends=false -o Debug::NoLocking=true \
        -y --download-only install "$@" >"$BASE/mirror.log" 2>&1 ||
        die "cannot fetch packages: see $BASE/mirror.log (is apt-get update needed?)"
    rm -rf "$POOL/partial" "$POOL/lock"
}

write_index() {
    local architecture lists=dists/$SUITE/main
    architecture=$(dpkg --print-architecture)
    (
        cd "$POOL/.." || exit
        mkdir -p "$lists/binary-$architecture"
        apt-ftparchive packages pool >"$lists/binary-$architecture/Packages"
        apt-ftparchive -o APT::FTPArchive::Release::Codename="$SUITE" \
            -o APT::FTPArchive::Release::Components=main \
            -o APT::FTPArchive::Release::Architectures="$architecture" \
            release "dists/$SUITE" >Release.new
        mv Release.new "dists/$SUITE/Release"
    )
    chmod -R a+rX "$WWW"
}
