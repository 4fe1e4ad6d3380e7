#!/usr/bin/env bash
# Makes this machine ready: what is missing is installed from Debian where that is allowed, and named otherwise; a
# Docker engine is started where none runs; the base image is pulled, or made where no registry answers.
#
#   prepare.sh [docker] [base] [tests] [ssh]
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '    %s\n' "$*"; }
fail() { printf 'prepare: %s\n' "$*" >&2; exit 1; }

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# need <command> <Debian package>
missing=()
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing+=("$2"); }

install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    may_install || fail "please install: ${missing[*]} (on Debian: sudo apt-get install ${missing[*]})"
    say "installing from Debian: ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
    missing=()
}

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

docker_engine() {
    engine_answers && return 0
    [ -z "${DOCKER_HOST:-}" ] || fail "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST; start it there"
    if ! command -v dockerd >/dev/null 2>&1 && [ ! -x /usr/sbin/dockerd ]; then
        may_install || fail "no Docker engine answers; start Docker Desktop or the docker service, or set DOCKER_HOST"
        missing+=(docker.io iptables)
        install_missing
    fi
    [ "$(id -u)" = 0 ] || fail "no Docker engine answers and only root may start one: sudo systemctl start docker"
    if [ -d /run/systemd/system ]; then
        say "starting Docker: systemctl start docker"
        systemctl start docker
    else
        say "starting dockerd (log: out/dockerd.log, process id: out/dockerd.pid)"
        mkdir -p out
        # Left over from a machine that was switched off, they would name whatever has their number now.
        for file in /run/docker.pid /run/docker/containerd/containerd.pid; do
            if [ -e "$file" ]; then
                case $(cat "/proc/$(cat "$file")/comm" 2>/dev/null) in
                    dockerd | containerd) ;;
                    *) rm -f "$file" ;;
                esac
            fi
        done
        PATH="$PATH:/usr/sbin:/sbin" setsid dockerd >out/dockerd.log 2>&1 </dev/null &
        echo $! >out/dockerd.pid
    fi
    for _ in $(seq 120); do
        engine_answers && return 0
        if [ -e out/dockerd.pid ] && ! kill -0 "$(cat out/dockerd.pid)" 2>/dev/null; then
            rm -f out/dockerd.pid
            fail "dockerd ended at once: $(tail -n 5 out/dockerd.log)"
        fi
        sleep 0.5
    done
    fail "dockerd does not answer after 60 s; see out/dockerd.log"
}

base_image() {
    local image=debian:bookworm-slim
    docker image inspect "$image" >/dev/null 2>&1 && return 0
    say "pulling $image"
    if docker pull -q "$image" >/dev/null 2>&1; then
        return 0
    fi
    say "no registry answers: making $image with debootstrap and docker import"
    need debootstrap debootstrap
    install_missing
    dqd/import-base.sh
}

# Compose's own reading is what the module's is compared with. Debian 12 has only its first version, which has other rules.
compose_plugin() {
    docker compose version >/dev/null 2>&1 && return 0
    { may_install && [ "$(dpkg --print-architecture)" = amd64 ]; } ||
        fail "please install the docker compose plugin (https://docs.docker.com/compose/install/linux)"
    local deb=docker-compose_2.26.1-4_amd64.deb
    say "fetching docker compose 2.26.1 from Debian 13"
    mkdir -p out/compose "$HOME/.docker/cli-plugins"
    curl -fsSL -o "out/compose/$deb" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}/pool/main/d/docker-compose/$deb"
    echo "47681197cb2b1ab88206b42a1a92fc75f50d9530a6322d03494a473eed0408ea  out/compose/$deb" | sha256sum --check --quiet
    dpkg-deb -x "out/compose/$deb" out/compose
    local plugin
    plugin=$(find "$PWD/out/compose/usr" -name docker-compose -type f -path '*cli-plugins*' | head -n 1)
    ln -sfn "${plugin:?the package has no plugin}" "$HOME/.docker/cli-plugins/docker-compose"
    docker compose version >/dev/null
}

command -v dotnet >/dev/null || fail "please install the .NET SDK 10 (https://dot.net)"
need docker docker.io
install_missing
for part in "$@"; do
    case $part in
        docker) docker_engine ;;
        base) base_image ;;
        tests)
            need docker-compose docker-compose
            need busybox busybox
            need tmux tmux
            need socat socat
            need curl curl
            need docker-registry docker-registry
            need debugfs e2fsprogs
            need qemu-img qemu-utils
            install_missing
            compose_plugin
            ;;
        ssh)
            need ssh openssh-client
            need sshd openssh-server
            need ip iproute2
            install_missing
            ;;
        *) fail "unknown part '$part'" ;;
    esac
done
