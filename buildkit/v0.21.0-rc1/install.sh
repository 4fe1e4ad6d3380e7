#!/bin/sh
# Runs inside the image build: puts BuildKit, runc and the units where the archive's guests have them.
set -eu

fail() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

# get SOURCE FILE SHA256
get() {
    case $1 in
        http://* | https://*) curl -fsSL --retry 3 -o "$2" "$1" || fail "cannot download $1" ;;
        *) cp "/tmp/context/$1" "$2" || fail "$1 does not lie beside the Dockerfile" ;;
    esac
    [ -z "$3" ] || echo "$3  $2" | sha256sum -c --quiet || fail "$1 has another checksum than $3"
}

get "$BUILDKIT_TARBALL" /tmp/buildkit.tar.gz "$BUILDKIT_SHA256"
tar -xzf /tmp/buildkit.tar.gz -C /usr/local
rm /tmp/buildkit.tar.gz

if [ "$RUNC" = package ]; then
    apt-get update -q
    apt-get install -q -y --no-install-recommends runc
    apt-get clean
    rm -rf /var/lib/apt/lists/*
else
    get "$RUNC" /usr/local/sbin/runc "$RUNC_SHA256"
    chmod 755 /usr/local/sbin/runc
fi

units=/usr/local/lib/systemd/system
mkdir -p "$units"
get "$BUILDKIT_SERVICE" "$units/buildkit.service" "$BUILDKIT_SERVICE_SHA256"
get "$BUILDKIT_SOCKET" "$units/buildkit.socket" "$BUILDKIT_SOCKET_SHA256"
buildkitd --version
