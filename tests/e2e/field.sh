#!/usr/bin/env bash
# field.sh - a few rows of tests/field/servers.tsv at every check: the true cause comes first, and alone. `make field`
# asks about all of them.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
. "$abs_top_srcdir/tests/field/servers.sh"
need openssl jq date python3

rows=(o.hrr o.super o.wild o.self/ca o.may o.ok/limited g.none g.xp n.may n.bad n.dual h.two # nothing is wrong
    o.under o.cn o.client o.dh1024 o.sigalg o.alpn o.must13 g.3des g.must12 g.alpn n.must n.must12 n.reject/none n.names/none
    n.13/win7 n.brain h.must12 h.must13 h.strict/other h.brain big)

files_server
certificates || bail "no certificates could be made"
openssl_servers
fault_servers
gnutls_servers
nginx_servers
haproxy_servers
servers_wait

for id in "${rows[@]}"; do
    IFS=$'\t' read -r _ _ server what _ asked truth < <(awk -F '\t' -v id="$id" '$1 == id' "$abs_top_srcdir/tests/field/servers.tsv")
    [ "$truth" = ok ] && expected=ok || expected="failing ${truth%%/*}"
    try "${id%%/*}" "$expected" "$id: $server, $what" --timeout 1.5 "$(endpoint "@${id%%/*}@" "$asked")"
done
results
finish
