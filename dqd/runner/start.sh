#!/bin/sh
# Boots the disk beside it. Arguments go to QEMU unchanged.
#   SMP, MEMORY                  processors and memory (2, 2048M)
#   SIZE                         a larger disk than the image's: 20G
#   QEMU_NET, QEMU_DHCPSTART     guest network and its first address
#   QEMU_HOSTFWD                 more forwards: hostfwd=tcp::6443-:6443
#   QEMU_DUAL_NET                a second card, on a network between containers, by
#     QEMU_SOCKET_LISTEN, QEMU_SOCKET_CONNECT   host:port of this end or of the other
#     QEMU_SOCKET_IP                            address of the guest there
#   QEMU_MAC_ADDR_0, QEMU_MAC_ADDR_1
#   APPEND                       more kernel parameters
#   STOP_SECONDS                 how long a guest may take to shut down (8), or what
#                                /run/stop-seconds says by then
set -eu

has() {
    wanted=$1
    shift
    for argument; do
        [ "$argument" != "$wanted" ] || return 0
    done
    return 1
}

# The image's disk stays as it is: opened for writing, all of it would be copied
# into the container's layer before the first instruction runs.
disk=/disk.qcow2
[ -e "$disk" ] || qemu-img create -q -f qcow2 -F qcow2 -b /vm.qcow2 "$disk" ${SIZE:+"$SIZE"}

append="$(cat /cmdline)${APPEND:+ $APPEND}"
net=user,id=net0${QEMU_NET:+,net=$QEMU_NET}${QEMU_DHCPSTART:+,dhcpstart=$QEMU_DHCPSTART}
net=$net,hostfwd=tcp::22-:22${QEMU_HOSTFWD:+,$QEMU_HOSTFWD}

if [ -n "${QEMU_DUAL_NET:-}" ]; then
    link=socket,id=net1
    if [ -n "${QEMU_SOCKET_LISTEN:-}" ]; then
        link=$link,listen=$QEMU_SOCKET_LISTEN
    else
        link=$link,connect=${QEMU_SOCKET_CONNECT:?QEMU_DUAL_NET needs QEMU_SOCKET_LISTEN or QEMU_SOCKET_CONNECT}
    fi
    set -- -netdev "$link" \
        -device "virtio-net-pci,netdev=net1,romfile=,mac=${QEMU_MAC_ADDR_1:-52:54:00:12:34:57}" "$@"
    [ -z "${QEMU_SOCKET_IP:-}" ] || \
        append="$append ip=$QEMU_SOCKET_IP:::255.255.255.0::eth1:none systemd.wants=systemd-network-generator.service"
fi

if has -enable-kvm "$@" || has --enable-kvm "$@" || has -accel "$@"; then
    :
elif [ "$(uname -m)" != x86_64 ]; then
    # No KVM runs a guest of another architecture, and only here does the host keep
    # the order in which the guest's processors see memory. Not so with several threads.
    set -- -accel tcg "$@"
    append="$append mitigations=off module_blacklist=kvm_amd,kvm_intel"
elif [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
    set -- -enable-kvm "$@"
else
    # Emulation does not speculate, so the kernel's defences would cost time for
    # nothing, as would a hypervisor inside.
    set -- -accel tcg,thread=multi "$@"
    append="$append mitigations=off module_blacklist=kvm_amd,kvm_intel"
fi
has -cpu "$@" || set -- -cpu max "$@"

# A monitor on a pipe: anything that can write to a file can press the power button.
monitor=/run/qemu-monitor
rm -f "$monitor.in" "$monitor.out"
mkfifo "$monitor.in" "$monitor.out"
# Held open, so that nothing written to it waits for a QEMU that has ended.
exec 3<>"$monitor.in"

# QEMU pauses a guest whose disk cannot be written, and says so nowhere else.
while IFS= read -r line; do
    case $line in
        *'"BLOCK_IO_ERROR"'*'"nospace": true'*) echo 'QEMU paused the guest: the Docker host has no space left for its disk.' ;;
        *'"BLOCK_IO_ERROR"'*'"action": "stop"'*) echo "QEMU paused the guest: its disk cannot be used. $line" ;;
    esac
done <"$monitor.out" >&2 &

# QEMU pauses a guest that KVM cannot go on with, and nobody could ever wake it.
errors=/run/qemu-errors
rm -f "$errors" "$errors.kvm"
mkfifo "$errors"
while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    case $line in
        'KVM internal error'*)
            : >"$errors.kvm"
            printf '{"execute":"quit"}\n' >"$monitor.in"
            ;;
    esac
done <"$errors" &

qemu-system-x86_64 \
    -smp "${SMP:-2}" -m "${MEMORY:-2048M}" -nodefaults -display none -serial mon:stdio \
    -kernel /vmlinuz -initrd /initrd.img -append "$append" \
    -drive "file=$disk,format=qcow2,if=none,id=disk0,discard=unmap,detect-zeroes=unmap" \
    -device virtio-blk-pci,drive=disk0 \
    -netdev "$net" -device "virtio-net-pci,netdev=net0,romfile=,mac=${QEMU_MAC_ADDR_0:-52:54:00:12:34:56}" \
    -device virtio-rng-pci \
    -chardev "pipe,id=power,path=$monitor" -mon chardev=power,mode=control \
    "$@" <&0 2>"$errors" 3>&- &
qemu=$!
printf '{"execute":"qmp_capabilities"}\n' >"$monitor.in"

stopping=
# shellcheck disable=SC2317 # called by the trap
stop() {
    if [ -n "$stopping" ]; then
        kill -TERM "$qemu"
        return
    fi
    stopping=yes
    printf '{"execute":"system_powerdown"}\n' >"$monitor.in"
    (
        sleep "$(cat /run/stop-seconds 2>/dev/null || echo "${STOP_SECONDS:-8}")"
        kill -TERM "$qemu"
    ) &
}
trap stop TERM INT

# A trapped signal ends `wait` early, so ask again until QEMU is gone.
while :; do
    status=0
    wait "$qemu" || status=$?
    kill -0 "$qemu" 2>/dev/null && continue
    if [ -e "$errors.kvm" ]; then
        echo 'KVM of this host cannot run this guest. Without /dev/kvm it is emulated.' >&2
        exit 1
    fi
    exit "$status"
done
