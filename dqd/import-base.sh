#!/bin/sh
# Makes debian:bookworm-slim from Debian's own packages, for machines that reach
# a Debian mirror but no image registry.
set -eu

image=${BASE_IMAGE:-debian:bookworm-slim}
suite=bookworm
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
docker=${DOCKER:-docker}

say() { printf 'import-base: %s\n' "$*"; }
fail() {
    printf 'import-base: %s\n' "$*" >&2
    exit 1
}

command -v "$docker" >/dev/null 2>&1 ||
    fail "the Docker client '$docker' was not found: apt-get install docker.io, or set DOCKER to its path"
"$docker" version --format '{{.Server.Version}}' >/dev/null ||
    fail "no Docker engine answers: start it, or point DOCKER_HOST at one"

if "$docker" image inspect "$image" >/dev/null 2>&1; then
    say "$image is here already, nothing to do"
    exit 0
fi

# Debian keeps it in /usr/sbin, which is not on every root shell's PATH.
PATH=$PATH:/usr/sbin:/sbin
command -v debootstrap >/dev/null 2>&1 ||
    fail "debootstrap was not found: apt-get install debootstrap debian-archive-keyring"
[ "$(id -u)" -eq 0 ] ||
    fail "debootstrap must run as root: sudo $0"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
root=$work/root

say "debootstrap --variant=minbase $suite from $mirror"
debootstrap --variant=minbase --components=main "$suite" "$root" "$mirror" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    fail "debootstrap failed, its last lines are above"
}

# The same trims as Debian's published slim image: no package archives or lists,
# no documentation, and no services started by package scripts.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
printf 'force-unsafe-io\n' >"$root/etc/dpkg/dpkg.cfg.d/docker-apt-speedup"
printf 'Acquire::Languages "none";\n' >"$root/etc/apt/apt.conf.d/docker-no-languages"
cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'CFG'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/info/*
CFG
cat >"$root/etc/apt/sources.list" <<LIST
deb $mirror $suite main
deb $mirror $suite-updates main
LIST
find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -depth -type d -empty -delete
rm -rf "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/usr/share/info/* \
    "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
    "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "$root"/var/log/apt
# The machine that ran debootstrap is nobody's business.
: >"$root/etc/hostname"
: >"$root/etc/resolv.conf"

say "docker import as $image"
tar -C "$root" --numeric-owner --sort=name -cf - . |
    "$docker" import \
        --message "made by debootstrap --variant=minbase $suite, not pulled from a registry" \
        --change 'CMD ["bash"]' \
        --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        --change "LABEL org.dockerarchive.base=debootstrap" \
        --change "LABEL org.dockerarchive.base.mirror=$mirror" \
        - "$image" >"$work/id"
say "$image is $(cat "$work/id"), made by debootstrap, not Debian's published image"
