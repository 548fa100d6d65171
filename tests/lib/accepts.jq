# accepts.jq - what `tlswhy check --depth full --json` says a server takes, as sorted lines in the words of reference.sh.
#
# From the facts, which keep the versions apart; that "accepts" says the same is complained of as a line "broken ...".

def taken($word; $fact): .facts[$fact] | select(.state == "yes") | .value | to_entries[] |
    .key as $v | .value.accepted[] | "\($word) \($v) \(.)";
def unsettled($word; $fact): .facts[$fact] | select(.state == "yes") | .value | to_entries[] |
    .key as $v | .value.unsettled[]? | "unsettled \($word) \($v) \(.name): \(.answer)";
def union($fact): [.facts[$fact].value | values | .[].accepted[]] | unique;
def broken($bad; $words): if $bad then "broken \($words)" else empty end;

.columns[0] | .accepts as $a | [
    (.facts.versions.value | values | to_entries[] | select(.value == "accepted") | "version \(.key)"),
    taken("cipher"; "ciphers"), taken("group"; "groups"), taken("sigalg"; "sigalgs"),
    unsettled("cipher"; "ciphers"), unsettled("group"; "groups"), unsettled("sigalg"; "sigalgs"),
    (.facts.server_order.value | values | to_entries[] | select(.value != null) |
        "order \(.key) \(if .value then "server" else "client" end)"),
    (.facts.dh | select(.state == "yes") | "dh \(.value | split(" ")[0])"),
    broken($a == null; "accepts is null"),
    broken($a != null and ($a.groups // [] | sort) != union("groups"); "accepts.groups is \($a.groups)"),
    broken($a != null and ($a.sigalgs // [] | sort) != union("sigalgs"); "accepts.sigalgs is \($a.sigalgs)"),
    broken($a != null and ($a.ciphers // {}) != (.facts.ciphers.value // {} | map_values(.accepted)); "accepts.ciphers differs from the fact")
] | unique[]
