# The hosts' disk image: what a cloud's Debian looks like on its first boot. Sourced by lab.sh.
# shellcheck shell=bash

# systemd and what any provider's image has; nothing of what Isthmus installs.
IMAGE_PACKAGES=systemd,systemd-sysv,dbus,iproute2,iputils-ping,ca-certificates,curl
IMAGE_PACKAGES+=,procps,kmod,nftables,netbase,less

build_image() {
    [ ! -e "$BASE/image.done" ] || return 0
    say "building the hosts' Debian image (about half a minute)"
    rm -rf "$IMAGE"
    mmdebstrap --quiet --variant=minbase --include="$IMAGE_PACKAGES" \
        --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$SUITE" "$IMAGE" >"$BASE/image.log" 2>&1 || die "mmdebstrap failed: see $BASE/image.log"
    stand_in_kernel_package
    prepare_files
    mask_units
    touch "$BASE/image.done"
}

# A VPS has a kernel package, which provides wireguard-modules. Without one, installing
# WireGuard's tools could pull a whole kernel in.
stand_in_kernel_package() {
    local package
    package=$(mktemp -d)
    mkdir "$package/DEBIAN"
    cat >"$package/DEBIAN/control" <<-CONTROL
	Package: linux-image-lab
	Version: 6.1.999
	Architecture: all
	Maintainer: Isthmus lab <root@localhost>
	Provides: linux-image, wireguard-modules (= 1.0.0)
	Description: stands for the kernel package of a server
	CONTROL
    dpkg-deb --build "$package" "$IMAGE/tmp/kernel.deb" >/dev/null
    rm -r "$package"
    chroot "$IMAGE" dpkg -i /tmp/kernel.deb >/dev/null
    rm "$IMAGE/tmp/kernel.deb"
}

prepare_files() {
    echo "deb [trusted=yes] http://$MIRROR/debian $SUITE main" >"$IMAGE/etc/apt/sources.list"
    echo '127.0.0.1 localhost' >"$IMAGE/etc/hosts"
    : >"$IMAGE/etc/machine-id" # every host makes its own on its first boot
    : >"$IMAGE/etc/resolv.conf"
    rm -f "$IMAGE/etc/hostname"
    mkdir -p "$IMAGE/var/log/journal" # journals outlive a power loss
    make_authority
    cp "$CA/ca.crt" "$IMAGE/usr/local/share/ca-certificates/lab.crt"
    chroot "$IMAGE" update-ca-certificates >/dev/null 2>&1
}

# Units that would act on the machine below, or that slow the boot for nothing.
mask_units() {
    chroot "$IMAGE" systemctl -q mask \
        systemd-sysctl.service systemd-udevd.service e2scrub_reap.service \
        apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        fstrim.timer dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
        sys-fs-fuse-connections.mount modprobe@configfs.service modprobe@dm_mod.service \
        modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service \
        modprobe@loop.service 2>/dev/null || true
}
