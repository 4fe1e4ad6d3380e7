#!/bin/sh
# build.sh <kernel package's files> <sources> <out>: the guest's kernel, initrd, command line and disk.
set -eu
kernel=$1 sources=$2 out=$3
root=/root-of-guest
version=$(ls "$kernel/lib/modules")
append='console=ttyS0 quiet'
mkdir -p "$out" "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/data" "$root/tmp" "$root/root" "$root/etc" "$root/lib" "$root/modules"

cp /bin/busybox "$root/bin/"
for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
for program in dropbear dropbearkey; do
    file=$(command -v "$program")
    cp "$file" "$root/bin/"
    ldd "$file" | grep -o '/[^ ]*' | xargs -I{} cp -L --parents {} "$root"
done
cp "$sources/init" "$root/init"
cp "$sources/systemctl" "$root/lib/systemctl"
chmod 755 "$root/init" "$root/lib/systemctl"
# Debian's busybox has no cryptpw.
printf 'root:%s:0:0:root:/root:/bin/sh\n' "$(perl -e 'print crypt("root", q($6$smallguest$))')" >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

# In the order in which they need one another.
depmod -b "$kernel" "$version"
for module in virtio_pci virtio_blk virtio_net virtio_rng ata_piix sd_mod vfat nls_cp437 nls_ascii button evdev; do
    modprobe --dirname "$kernel" --set-version "$version" --show-depends "$module" | sed -n 's/^insmod //p'
done | awk '!seen[$1]++ { print $1 }' | while read -r file; do
    cp "$file" "$root/modules/"
    echo "/modules/${file##*/}" >>"$root/modules/order"
done

cp "$kernel/boot/vmlinuz-$version" "$out/vmlinuz"
(cd "$root" && find . | cpio --quiet -o -H newc) >"$out/initrd.img"
echo "$append" >"$out/cmdline"

# The disk starts the same kernel where nobody passes one to QEMU.
truncate -s 256M disk.raw
mkfs.vfat -n SMALLGUEST disk.raw >/dev/null
syslinux --install disk.raw
printf 'DEFAULT linux\nLABEL linux\nLINUX /vmlinuz\nINITRD /initrd.img\nAPPEND %s\n' "$append" >syslinux.cfg
mcopy -i disk.raw "$out/vmlinuz" "$out/initrd.img" syslinux.cfg ::/
qemu-img convert -f raw -O qcow2 disk.raw "$out/vm.qcow2"
