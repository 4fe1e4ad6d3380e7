# Makes the vm image of a root file system of 700 MB, and the same disk with bare tools on a tree that is unpacked already. Prints
# the median seconds of the whole stage and of mke2fs -d and qemu-img convert -c with zstd, then the bytes of the disks: the
# stage's, and the smaller of those that qemu-img compresses with zlib and with zstd.
param([string] $Module)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$root = [IO.Directory]::CreateTempSubdirectory('dockerarchive-bench-').FullName
$project = 'dockerarchive-bench-disk'
$null = [IO.Directory]::CreateDirectory("$root/disk")
[IO.File]::WriteAllText("$root/disk/.env", "VERSION=v1`nIMAGE=disk`nCOMPOSE_PROJECT_NAME=$project`n")
[IO.File]::WriteAllText("$root/disk/docker-compose.yml", "services:`n  vm:`n    image: $project/x:disk_v1`n")
[IO.File]::WriteAllText("$root/disk/Dockerfile", @'
FROM debian:bookworm-slim
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update -q && apt-get install -q -y --no-install-recommends \
        systemd systemd-sysv udev openssh-server iproute2 docker.io g++ linux-image-cloud-amd64 initramfs-tools && \
    apt-get clean && rm -rf /var/lib/apt/lists/*
'@)
$tools = @'
apt-get update -q && apt-get install -q -y --no-install-recommends e2fsprogs qemu-utils
mkdir /tree && tar -C /tree -xf - --exclude='dev/*'
'@
$bare = @'
sync
for run in 1 2 3; do
    rm -f /disk /zstd /zlib
    start=$(date +%s.%N)
    mke2fs -q -t ext4 -d /tree /disk 10G >/dev/null
    qemu-img convert -O qcow2 -c -o compression_type=zstd /disk /zstd
    echo "$start $(date +%s.%N)"
done
qemu-img convert -O qcow2 -c -o compression_type=zlib /disk /zlib
stat -c %s /zstd /zlib
'@

function Get-Median([double[]] $Values) {
    [Array]::Sort($Values)
    $Values[($Values.Count - 1) / 2]
}

try {
    # The first fills the engine's cache with what the others have in common.
    $null = Build-ArchiveEnv disk Ctr, Vm -Root $root
    # What has been written so far is not to be waited for by what is measured.
    sync
    $stages = 1..3 | ForEach-Object { Build-ArchiveEnv disk Vm -Root $root -CommandLine "run=$([guid]::NewGuid())" }

    $tree = docker create "$project/x:ctr_disk_v1"
    $peer = docker run --detach --interactive debian:bookworm-slim sleep infinity
    $null = sh -c 'docker export "$1" | docker exec -i "$2" sh -ec "$3" 2>&1' sh $tree $peer $tools
    $lines = docker exec $peer sh -ec $bare
    $disk = docker create "$project/x:vm_disk_v1" none
    $size = sh -c 'docker cp "$1:/vm/vm.qcow2" - | tar -xO | wc -c' sh $disk

    Get-Median ($stages | ForEach-Object { $_.Duration.TotalSeconds })
    Get-Median ($lines[0..2] | ForEach-Object { $from, $to = -split $_; [double]$to - [double]$from })
    [long]$size
    [Math]::Min([long]$lines[3], [long]$lines[4])
}

finally {
    $null = docker rm --force $tree $peer $disk
    Remove-ArchiveEnv disk -Root $root -Images -Disk -Force
    [IO.Directory]::Delete($root, $true)
}
