#!/bin/sh
# servers.sh DIR - real TLS servers to test against, without installing them.
#
# A package of a server that is installed also starts it, so its files are only unpacked into DIR,
# with the libraries this machine lacks; DIR/nginx and DIR/haproxy then start them. Where the machine
# has one already, that one is used (its own configuration never is). Quick when all is there.
# Without network or apt it says so and still exits 0: tests that find no DIR/NAME skip.

set -u
dir=${1:?usage: servers.sh DIR}
servers='nginx haproxy'
mkdir -p "$dir" || exit 0
dir=$(CDPATH='' cd -- "$dir" && pwd)

say() { printf 'servers: %s\n' "$*" >&2; }

# The packages that installing $1 would add, as far as they are the server and its libraries.
packages_for() {
    apt-get install -s --no-install-recommends "$1" 2>/dev/null |
        awk -v server="$1" '$1 == "Inst" && $3 !~ /^\[/ && ($2 == server || $2 ~ /^(lib|zlib)/) { print $2 }'
}

download() {
    cd "$1" || return
    # As root apt would hand the download to a user of its own, who may not write here.
    # shellcheck disable=SC2046 # a list of names
    apt-get -q -o APT::Sandbox::User=root download $(packages_for "$2")
}

unpack() {
    for deb in "$1"/*.deb; do
        dpkg -x "$deb" "$2" || return
    done
}

write_starter() {
    libraries=$(find "$dir/root" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "${libraries%:}" "$1" >"$dir/$2.new"
    chmod +x "$dir/$2.new"
    "$dir/$2.new" -v >/dev/null 2>&1 && mv "$dir/$2.new" "$dir/$2"
}

fetch() {
    fetched=$(mktemp -d) || return
    download "$fetched" "$1" >"$dir/$1.log" 2>&1 </dev/null &&
        unpack "$fetched" "$dir/root" >>"$dir/$1.log" 2>&1 &&
        write_starter "$dir/root/usr/sbin/$1" "$1"
    status=$?
    rm -rf "$fetched"
    return "$status"
}

for server in $servers; do
    "$dir/$server" -v >/dev/null 2>&1 && continue
    rm -f "$dir/$server"
    own=$(PATH=$PATH:/usr/sbin command -v "$server")
    if [ -n "$own" ]; then
        ln -s "$own" "$dir/$server"
    elif ! command -v apt-get >/dev/null; then
        say "no $server and no apt-get to fetch it: tests that need it are skipped"
    elif fetch "$server"; then
        say "$server is unpacked in $dir/root (not installed)"
    else
        say "$server could not be fetched (no network?): tests that need it are skipped; see $dir/$server.log"
        break
    fi
done
exit 0
