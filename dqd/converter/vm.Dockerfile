FROM scratch
COPY out/vm.qcow2 out/vmlinuz out/initrd.img out/cmdline /
