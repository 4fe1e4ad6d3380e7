#!/bin/sh
# In the place of a daemon: the same under delve, which listens on port 2345 and waits for a debugger.
set -eu

binary=/root/bin/$(basename "$0").debug
[ -x "$binary" ] || {
    echo "debug.sh: there is no $binary" >&2
    exit 1
}
exec dlv --listen=:2345 --headless=true --api-version=2 --accept-multiclient exec "$binary" -- "$@"
