#!/bin/sh
# Puts BuildKit and runc where the archive's images have them.
#   fetch.sh CONTEXT ROOTFS
set -eu

context=$1
rootfs=$2

fail() {
    printf 'fetch: %s\n' "$*" >&2
    exit 1
}

# obtain SOURCE SHA256 FILE
obtain() {
    case $1 in
        *://*)
            printf 'fetch: %s\n' "$1"
            curl --fail --silent --show-error --location --retry 3 --output "$3" "$1" ||
                fail "could not download $1: give another URL, or the name of a file beside the Dockerfile"
            ;;
        *)
            [ -f "$context/$1" ] || fail "there is no file $1 beside the Dockerfile (or .dockerignore hides it)"
            cp "$context/$1" "$3"
            ;;
    esac
    [ -z "$2" ] || printf '%s  %s\n' "$2" "$3" | sha256sum --check --quiet - ||
        fail "$1 is not the file whose SHA-256 is $2"
}

mkdir -p "$rootfs/usr/local/sbin"
obtain "$BUILDKIT_TARBALL" "$BUILDKIT_SHA256" /tmp/buildkit.tar.gz
tar --extract --gzip --file /tmp/buildkit.tar.gz --directory "$rootfs/usr/local" --no-same-owner
[ -x "$rootfs/usr/local/bin/buildkitd" ] || fail "$BUILDKIT_TARBALL holds no bin/buildkitd"

if [ "$RUNC" = debian ]; then
    apt-get install -q -y --no-install-recommends runc
    cp "$(command -v runc)" "$rootfs/usr/local/sbin/runc"
else
    obtain "$RUNC" "$RUNC_SHA256" "$rootfs/usr/local/sbin/runc"
fi
chmod 755 "$rootfs/usr/local/sbin/runc"
