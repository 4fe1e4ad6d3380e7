#!/bin/sh
# Stands in for the start.sh of the images that the public archives publish: the same machine, and the same words for QEMU.
set -- -hda vm.qcow2 -smp 2 -m 2048M -nographic \
    -nic "user,${QEMU_HOSTFWD:+$QEMU_HOSTFWD,}hostfwd=tcp::22-:22,model=virtio" "$@"
[ ! -e /dev/kvm ] || set -- -enable-kvm "$@"
exec qemu-system-x86_64 "$@"
