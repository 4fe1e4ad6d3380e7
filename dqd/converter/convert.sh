#!/bin/sh
# stdin: the tar stream of `docker export`. /out: disk, kernel, initrd, kernel
# command line, and the Dockerfile that packs them.
set -eu

size=${SIZE:-10G}
extra=${CMDLINE:-}
# Compressed, a disk is a third as large and boots about a second slower under
# emulation. zstd: faster to write and to read than zlib, and smaller.
compress=${COMPRESS:-zstd}
out=/out
root=/convert/root
disk=/convert/disk.raw

say() { printf 'convert: %s\n' "$*"; }
fail() {
    printf 'convert: %s\n' "$*" >&2
    exit 1
}
discard() {
    status=$?
    rm -rf /convert
    [ "$status" -eq 0 ] || rm -rf "$out"
}
case $compress in
    none | zlib | zstd) ;;
    *) fail "COMPRESS=$compress is unknown: none, zlib or zstd" ;;
esac
trap discard EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

rm -rf "$out" /convert
mkdir -p "$out" "$root"

say "unpacking the root file system from standard input"
tar --extract --file - --directory "$root" --numeric-owner --same-owner --preserve-permissions \
    --xattrs --xattrs-include='*' --anchored --exclude='dev/*' --exclude='./dev/*' --exclude=.dockerenv ||
    fail "standard input is not a complete tar stream of a root file system"
for path in bin etc sbin usr; do
    [ -e "$root/$path" ] || fail "the tar stream is no root file system: it has no /$path"
done
# An export leaves Docker's mount points out or empty, and the guest mounts on them.
for path in dev proc run sys tmp; do
    mkdir -p "$root/$path"
done
chmod 1777 "$root/tmp"

newest() { find "$root/boot" -maxdepth 1 -type f -name "$1" | sort -V | tail -n 1; }
kernel=$(newest 'vmlinuz-*')
[ -n "$kernel" ] || fail "the root file system has no kernel /boot/vmlinuz-*"
initrd=$root/boot/initrd.img-${kernel##*/vmlinuz-}
[ -s "$initrd" ] || fail "the root file system has no /boot/${initrd##*/} for its kernel"

staged=$root/usr/local/lib/dockerarchive/etc
if [ -d "$staged" ]; then
    for file in "$staged"/*; do
        target=$root/etc/${file##*/}
        rm -f "$target"
        cp "$file" "$target"
    done
    rm -r "$staged"
fi

say "writing an ext4 file system of $size"
# Tables written now would otherwise be written by every guest after its first
# mount. Kernels before 5.15 refuse the features left out. Fixed ids let equal
# trees give equal directory indexes.
mke2fs -q -t ext4 -L dockerarchive -m 1 \
    -U d0c4e2a1-0b1d-4c0d-9a5e-00a4c417e001 \
    -E hash_seed=d0c4e2a1-0b1d-4c0d-9a5e-00a4c417e002,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0 \
    -O '^orphan_file,^metadata_csum_seed' \
    -d "$root" "$disk" "$size" >/dev/null ||
    fail "mke2fs could not write the file system: is SIZE=$size large enough, and is there room for it?"

say "converting to qcow2, compression: $compress"
case $compress in
    none) qemu-img convert -f raw -O qcow2 "$disk" "$out/vm.qcow2" ;;
    zlib | zstd) qemu-img convert -f raw -O qcow2 -c -o "compression_type=$compress" "$disk" "$out/vm.qcow2" ;;
esac
rm "$disk"

cp "$kernel" "$out/vmlinuz"
cp "$initrd" "$out/initrd.img"
cp "${0%/*}/vm.Dockerfile" "$out/Dockerfile"
printf '%s\n' "root=LABEL=dockerarchive rw console=ttyS0 net.ifnames=0 fsck.mode=skip quiet systemd.show_status=1${extra:+ $extra}" >"$out/cmdline"
chmod 644 "$out"/*

say "kernel ${kernel##*/vmlinuz-}, disk $(stat -c %s "$out/vm.qcow2") bytes"
