#!/bin/sh
# convert.sh <root file system> <output directory>
# Writes disk, kernel, initrd, kernel command line, and labels for the image of these.
# The root file system is written to: what Docker's mounts hid gets its place there.
#   SIZE                the disk's size (10G); the guest's file system grows to it
#   CMDLINE             more kernel parameters
#   COMPRESS            zstd, zlib or none
#   SOURCE_DATE_EPOCH   the time of all that has none of its own, and of what is newer
set -eu

size=${SIZE:-10G}
extra=${CMDLINE:-}
epoch=${SOURCE_DATE_EPOCH:-$(date +%s)}
# Compressed, a disk is a third as large and boots about a second slower under
# emulation. zstd: faster to write and to read than zlib, and smaller.
compress=${COMPRESS:-zstd}
root=$1
out=$2
disk=$out/disk.raw

say() { printf 'convert: %s\n' "$*"; }
fail() {
    printf 'convert: %s\n' "$*" >&2
    exit 1
}
discard() {
    status=$?
    [ "$status" -eq 0 ] || rm -rf "$out"
}
case $compress in
    none | zlib | zstd) ;;
    *) fail "COMPRESS=$compress is unknown: none, zlib or zstd" ;;
esac
# mke2fs takes zero for no time at all.
[ "$epoch" -gt 0 ] || epoch=1
# In another locale mke2fs would sort a directory's files by other rules.
export LC_ALL=C E2FSPROGS_FAKE_TIME="$epoch"
trap discard EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for path in bin etc sbin usr; do
    [ -e "$root/$path" ] || fail "$root is no root file system: it has no /$path"
done
rm -rf "$out"
mkdir -p "$out"

# An image may leave out what containers have mounts on, and the guest mounts on them.
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

# As small as its contents allow, so that SIZE costs nothing here; the guest grows
# it at its first boot. By the files' lengths, as what they take is another file
# system's affair.
bytes=$(numfmt --from=iec "$size") || fail "SIZE=$size is no size"
blocks=$((bytes / 4096))
# shellcheck disable=SC2046 # two numbers
set -- $(find "$root" -printf '%D:%i %y %s\n' | awk '
    !seen[$1]++ { inodes++; blocks += $2 == "f" ? int(($3 + 4095) / 4096) : 1 }
    END {
        blocks += blocks / 20 + inodes / 16 + 32768 # file tables, journal
        if (blocks < inodes * 5) blocks = inodes * 5 # there is an inode for each four
        print (int(blocks / 32768) + 1) * 32768, inodes
    }')
needed=$1 inodes=$2
[ "$needed" -lt "$blocks" ] || needed=$blocks

say "writing an ext4 file system of $((needed / 256)) MiB for a disk of $size"
# Tables written now would otherwise be written by every guest after its first
# mount. Kernels before 5.15 refuse the features left out. Fixed ids let equal
# trees give equal directory indexes.
mke2fs -q -t ext4 -b 4096 -i 16384 -I 256 -J size=64 -L dockerarchive -m 1 \
    -U d0c4e2a1-0b1d-4c0d-9a5e-00a4c417e001 \
    -E hash_seed=d0c4e2a1-0b1d-4c0d-9a5e-00a4c417e002,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0 \
    -O '^orphan_file,^metadata_csum_seed' \
    -d "$root" "$disk" "$needed" >/dev/null ||
    fail "mke2fs could not write the file system: is SIZE=$size large enough, and is there room for it?"

# What differs from one run to the next: times, and whether char is signed where mke2fs
# runs, which on arm it is not and by which a guest hashes the names in its directory
# indexes (1 is signed; -a writes it to the copies of the superblock, too). mke2fs
# numbers inodes from 11, lost+found, without a gap; 2 is the root directory, which was
# counted.
{
    for inode in 2 $(seq 11 $((inodes + 10))); do
        printf 'sif <%s> %s\n' "$inode" "atime @$epoch" "$inode" "ctime @$epoch"
    done
    find "$root" -newermt "@$epoch" -printf '/%P\n' | sed "s/\"/\"\"/g; s/.*/sif \"&\" mtime @$epoch/"
    printf '%s\n' 'ssv flags 1' 'close -a'
} | debugfs -w -f - "$disk" >/dev/null 2>&1
used=$(dumpe2fs -h "$disk" 2>/dev/null | awk '
    /^Block count:/ { all = $3 } /^Free blocks:/ { free = $3 } END { printf "%.0f", (all - free) * 4096 }')
truncate -s "$bytes" "$disk"

say "converting to qcow2, compression: $compress"
case $compress in
    none) qemu-img convert -f raw -O qcow2 "$disk" "$out/vm.qcow2" ;;
    zlib | zstd) qemu-img convert -f raw -O qcow2 -c -o "compression_type=$compress" "$disk" "$out/vm.qcow2" ;;
esac
rm "$disk"

cp "$kernel" "$out/vmlinuz"
cp "$initrd" "$out/initrd.img"
printf '%s\n' "root=LABEL=dockerarchive rw console=ttyS0 net.ifnames=0 fsck.mode=skip quiet systemd.show_status=1${extra:+ $extra}" >"$out/cmdline"
printf 'io.github.dockerarchive.disk.size=%s\nio.github.dockerarchive.disk.used=%s\n' "$bytes" "$used" >"$out/labels"
chmod 644 "$out"/*
touch --date "@$epoch" "$out"/* "$out"

say "kernel ${kernel##*/vmlinuz-}, disk $(stat -c %s "$out/vm.qcow2") bytes"
