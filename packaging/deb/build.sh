#!/usr/bin/env bash
# Builds dist/isthmus-agent_VERSION_ARCH.deb and dist/isthmus-coordinator_VERSION_ARCH.deb.
#
# The Swift runtime is linked in; OpenSSL, nghttp2, libyaml, zlib and SQLite stay the distribution's, so that their
# security fixes arrive without us. Times are the last commit's. Builds of one commit in two folders still differ:
# in the hashes of modules (.swift_modhash), the identifier made of them, and the length of one path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

packaging/install-dependencies.sh build deb

version=$(packaging/version.sh)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
umask 022
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

# Nothing looks up a symbol of a program: without the table of them it is 3 MB smaller. What debuggers
# need would be stripped again, and its paths would still show in the build's identifier.
flags=(-c release --static-swift-stdlib -Xlinker --no-export-dynamic
    -Xswiftc -gnone -Xcc -g0 -Xcc "-ffile-prefix-map=$PWD=.")

# build PACKAGE PROGRAM: packaging/deb/PACKAGE holds its control file, maintainer scripts and units.
build() {
    local package=isthmus-$1 program=$2 source=packaging/deb/$1 root=$staging/$1
    swift build "${flags[@]}" --product "$program"
    install -D -m 755 "$(swift build "${flags[@]}" --show-bin-path)/$program" "$root/usr/bin/$program"
    strip --strip-unneeded --remove-section=.comment "$root/usr/bin/$program"
    install_units "$source" "$root"
    install_manual "$root" "$program"
    install_completions "$root" "$program"
    # What an administrator has changed outlives an upgrade.
    if [ -e "$source/$1.yaml" ]; then
        install -D -m 644 "$source/$1.yaml" "$root/etc/isthmus/$1.yaml"
        install -D -m 644 /dev/stdin "$root/DEBIAN/conffiles" <<<"/etc/isthmus/$1.yaml"
    fi
    [ ! -e "$source/lintian-overrides" ] ||
        install -D -m 644 "$source/lintian-overrides" "$root/usr/share/lintian/overrides/$package"
    document "$package" "$root/usr/share/doc/$package"
    install -d "$root/DEBIAN"
    sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
        -e "s/@LIBRARIES@/$(libraries_of "$root/usr/bin/$program")/" \
        -e "s/@SIZE@/$(du -sk "$root/usr" | cut -f1)/" "$source/control" >"$root/DEBIAN/control"
    install -m 755 "$source"/{postinst,prerm,postrm} "$root/DEBIAN/"
    (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) \
        >"$root/DEBIAN/md5sums"
    mkdir -p dist
    dpkg-deb --root-owner-group -Zxz --build "$root" "dist/${package}_${version}_$architecture.deb"
}

install_units() {
    install -D -m 644 "$1/isthmus-${1##*/}.service" \
        "$2/usr/lib/systemd/system/isthmus-${1##*/}.service"
    local kind
    for kind in sysusers tmpfiles; do
        [ ! -e "$1/$kind.conf" ] ||
            install -D -m 644 "$1/$kind.conf" "$2/usr/lib/$kind.d/isthmus-${1##*/}.conf"
    done
}

install_manual() {
    install -d "$1/usr/share/man/man8"
    packaging/deb/manual.py "$1/usr/bin/$2" 8 \
        "$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)" "$version" |
        gzip -9n >"$1/usr/share/man/man8/$2.8.gz"
}

# Where each shell looks by itself.
install_completions() {
    local shell
    local -A places=(
        [bash]=bash-completion/completions/$2
        [zsh]=zsh/vendor-completions/_$2
        [fish]=fish/vendor_completions.d/$2.fish
    )
    for shell in "${!places[@]}"; do
        # Shells read it; nobody runs it.
        "$1/usr/bin/$2" --generate-completion-script "$shell" | sed '1{/^#!/d}' |
            install -D -m 644 /dev/stdin "$1/usr/share/${places[$shell]}"
    done
}

document() {
    install -D -m 644 packaging/deb/copyright "$2/copyright"
    {
        echo "$1 ($version) stable; urgency=medium"
        printf '\n  * See the history of the project.\n\n'
        echo " -- $(maintainer)  $(date --utc --date="@$SOURCE_DATE_EPOCH" --rfc-email)"
    } | gzip -9n >"$2/changelog.gz"
}

maintainer() { sed -n 's/^Maintainer: //p' packaging/deb/agent/control; }

# The packages that the program's shared libraries come from, as dpkg-shlibdeps finds them.
libraries_of() {
    mkdir -p "$staging/shlibs/debian"
    : >"$staging/shlibs/debian/control"
    (cd "$staging/shlibs" && dpkg-shlibdeps -O "$1" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
}

rm -f dist/isthmus-*.deb
build agent node-agent
build coordinator coordinator
lintian --allow-root --fail-on error,warning --tag-display-limit 0 dist/isthmus-*.deb
ls -l dist/*.deb
