#!/bin/sh
# Runs inside the image build: adds to a plain container image what it needs to
# boot as a virtual machine.
set -eu

host_name=$1
kernel=$2
password=$3

say() { printf 'prepare: %s\n' "$*"; }
fail() {
    printf 'prepare: %s\n' "$*" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "only images with apt-get can be made bootable, this one has none"
# shellcheck source=/dev/null
. /etc/os-release

own=$(find /boot -maxdepth 1 -name 'vmlinuz-*' | sort -V | tail -n 1)
if [ -z "$kernel" ] && [ -z "$own" ]; then
    case $ID in
        debian) kernel=linux-image-cloud-amd64 ;;
        ubuntu) kernel=linux-image-virtual ;;
        *) fail "no kernel package is known for '$ID': set KERNEL_PACKAGE" ;;
    esac
fi

say "$PRETTY_NAME, kernel ${kernel:-of the image: ${own##*/}}"
apt-get update -q
# Neither the boot loader nor the firmware that kernels recommend has a use here.
# shellcheck disable=SC2086 # nothing to install is no word
apt-get install -q -y --no-install-recommends \
    $kernel initramfs-tools kmod udev systemd systemd-sysv openssh-server acpid iproute2

# A kernel brings an initrd that was made elsewhere, or before this list was read.
printf '%s\n' virtio_pci virtio_blk ext4 >>/etc/initramfs-tools/modules
rm -f /boot/initrd.img-*
for file in /boot/vmlinuz-*; do
    depmod "${file##*/vmlinuz-}"
    update-initramfs -c -k "${file##*/vmlinuz-}"
done

# The distribution's own hash is slow on purpose: half a second of each login under emulation. This password is no secret.
hash=$(perl -e 'print crypt $ARGV[0], q($6$rounds=1000$dockerarchive$)' -- "$password")
printf 'root:%s\n' "$hash" | chpasswd --encrypted
# Accounts that packages have made know the day.
for file in /etc/shadow /etc/shadow-; do
    [ -e "$file" ] || continue
    awk -F: -v OFS=: -v day="$((${SOURCE_DATE_EPOCH:-$(date +%s)} / 86400))" '$3 > day { $3 = day } 1' "$file" >/tmp/shadow
    cat /tmp/shadow >"$file"
    rm /tmp/shadow
done

# Docker binds its own files over these three during a build, so they wait
# aside until the converter puts them in place.
staged=/usr/local/lib/dockerarchive/etc
mkdir -p "$staged"
printf '%s\n' "$host_name" >"$staged/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost ip6-loopback\n' "$host_name" >"$staged/hosts"
# QEMU's user network answers DNS here; a guest in another network learns its server by DHCP.
printf 'nameserver 10.0.2.3\n' >"$staged/resolv.conf"

cat >/etc/fstab <<'FSTAB'
LABEL=dockerarchive / ext4 defaults,x-systemd.growfs 0 0
FSTAB

# Every machine makes its own identity when it first starts.
rm -f /etc/ssh/ssh_host_*
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed
# It knows files by numbers that another machine gives them.
rm -f /var/cache/ldconfig/aux-cache

systemctl set-default multi-user.target
systemctl enable systemd-networkd.service dockerarchive-hostkeys.service dockerarchive-resolv.path acpid.service
systemctl disable ssh.socket 2>/dev/null || true
systemctl enable ssh.service
# The runner asks for it when a second card has a fixed address.
systemctl disable systemd-network-generator.service 2>/dev/null || true

# Housekeeping for machines that live long; each costs a second or more under emulation.
systemctl mask \
    apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer logrotate.timer \
    man-db.timer motd-news.timer systemd-tmpfiles-clean.timer ua-timer.timer update-notifier-download.timer \
    dev-hugepages.mount systemd-random-seed.service \
    modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service \
    modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service \
    getty@tty1.service getty-static.service keyboard-setup.service console-setup.service \
    systemd-networkd-wait-online.service systemd-resolved.service systemd-timesyncd.service \
    systemd-pstore.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
    snapd.service snapd.socket multipathd.service unattended-upgrades.service

apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
# Else the first boot runs every "after an update" unit again.
touch /etc/.updated /var/.updated
say "done"
