#!/usr/bin/env bash
# run.sh [a|b|ID]... - what tlswhy says of real servers, beside what is true (servers.tsv).
#
# Starts the servers of servers.sh on loopback, asks tlswhy about each at its default depth, prints one line per
# server, what was confused with what, false alarms first, and how long a cause takes. Then the command that each
# diagnosis gives to see its fault without tlswhy is run, and must show it (shows.tsv). Without words all servers are
# asked. Exit status 1 where a healthy server is called failing or a wrong cause comes first.
# Its measures of time need a quiet machine. `make field` runs it; JOBS=N asks N servers at once.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
. "$abs_top_srcdir/tests/field/servers.sh"
need openssl jq date
jobs=${JOBS:-4}
table=$abs_top_srcdir/tests/field/servers.tsv

# --- asking -----------------------------------------------------------------------------------------

wanted() { # wanted ID HALF: as the words of the command line say
    local word
    ((${#words[@]})) || return 0
    for word in "${words[@]}"; do
        # shellcheck disable=SC2053 # a word may be a pattern
        [[ $1 == $word || $2 == "$word" ]] && return 0
    done
    return 1
}

ask() { # ask ID CLOCK ASKED: $dir/ID.json and, in $dir/ID.ms, how long it took
    local to=$dir/ask.${1//\//_}
    local -a clock=() options=()
    [[ $3 == *\ * ]] && read -ra options <<<"${3#* }"
    [ "$2" = - ] || clock=(faketime -f "$2")
    timeout 20 "$meter" "$to.ms" "${clock[@]}" "$TLSWHY" check --json --timeout 2 "${options[@]}" \
        "$(endpoint "${port[${1%%/*}]}" "${3%% *}")" \
        >"$to.json" 2>"$to.err" </dev/null
    jq -j '.diagnosis[]? | select(.reproduce) | .cause, "\t", (.reproduce | gsub("[\t\n]"; " ")), "\n"' "$to.json" >"$to.do" 2>/dev/null
    [ "$2" != - ] || reproduce "$to"
}

# Each diagnosis' command, and whether its output shows the fault: lines "CAUSE yes|no COMMAND".
reproduce() {
    local cause command pattern n=0
    : >"$1.shows"
    while IFS=$'\t' read -r cause command; do
        pattern=$(awk -F '\t' -v c="$cause" '$1 == c { print $2 }' "$abs_top_srcdir/tests/field/shows.tsv")
        n=$((n + 1))
        timeout 5 bash -c "$command" >"$1.out.$n" 2>&1 </dev/null
        if grep -aqE -- "$pattern" "$1.out.$n"; then
            printf '%s\tyes\t%s\n' "$cause" "$command" >>"$1.shows"
        else
            printf '%s\tno\t%s\n' "$cause" "$command" >>"$1.shows"
        fi
    done <"$1.do"
}

ask_all() {
    local id half _ clock asked
    while IFS=$'\t' read -r id half _ _ clock asked _; do
        [[ $id == \#* || -z $id ]] || ! wanted "$id" "$half" || [ -z "${owner[${id%%/*}]-}" ] && continue
        [ -z "${gone[${owner[${id%%/*}]}]-}" ] || continue
        [ "$clock" = - ] || command -v faketime >/dev/null || continue
        while ((${#probes[@]} >= jobs)); do
            wait -n "${probes[@]}"
            probes_prune
        done
        ask "$id" "$clock" "$asked" &
        probes+=($!)
    done <"$table"
    wait "${probes[@]}"
    probes=()
}

# --- judging ----------------------------------------------------------------------------------------

# line ID HALF TRUTH...: "right|false-alarm|wrong|unnamed|missed|skipped", what came first, how sure, the rest.
line() {
    local id=$1 half=$2 server=$3 what=$4 truth=$5 to=$dir/ask.${1//\//_} first sure verdict others mark ms=-
    if [ ! -f "$to.ms" ]; then
        printf 'skipped\t%s\t%s\t%s\t-\t-\t-\t-\t%s\n' "$id" "$half" "$truth" "$server: ${gone[${owner[${id%%/*}]-none}]-not here}"
        return
    fi
    read -r ms _ _ <"$to.ms"
    IFS=$'\t' read -r verdict first sure others < <(jq -r '[.verdict, .diagnosis[0].cause // "-", (.diagnosis[0].confidence // "-" | tostring),
        ([(.diagnosis[1:][]? | .cause), (.candidates[]? | "?" + .cause), (.warnings[]? | "+" + .cause)] | join(" "))] | @tsv' "$to.json" 2>/dev/null)
    if [ ! -s "$to.json" ]; then
        printf 'later\t%s\t%s\t%s\t-\t-\t-\t-\t%s\n' "$id" "$half" "$truth" "$server: $what: $(head -n 1 "$to.err")"
        return
    fi
    case $truth,${verdict:=none} in
    ok,ok) mark=right ;;
    ok,failing) mark=false-alarm ;;
    ok,*) mark=unsure ;;
    *)
        mark=wrong
        [[ /$truth/ == */$first/* ]] && mark=right
        [ "$first" = - ] && mark=unnamed
        [ "$verdict" = ok ] && mark=missed
        ;;
    esac
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$mark" "$id" "$half" "$truth" "$first" "$sure" "$ms" "$verdict" "$server: $what [${others-}]"
}

judge_all() {
    local id half server what truth
    while IFS=$'\t' read -r id half server what _ _ truth; do
        [[ $id == \#* || -z $id ]] || ! wanted "$id" "$half" && continue
        line "$id" "$half" "$server" "$what" "$truth"
    done <"$table" >"$dir/lines"
}

# --- telling ----------------------------------------------------------------------------------------

tell_lines() {
    printf '%-11s %-20s %-1s %-30s %-22s %4s %8s  %s\n' OUTCOME ID H TRUTH FIRST SURE MS SET-UP
    sort -s -k1,1 "$dir/lines" | awk -F '\t' '$1 != "right" { printf "%-11s %-20s %-1s %-30s %-22s %4s %8s  %s, %s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9 }'
    [ -n "${ALL-}" ] && awk -F '\t' '$1 == "right" { printf "%-11s %-20s %-1s %-30s %-22s %4s %8s  %s\n", $1, $2, $3, $4, $5, $6, $7, $9 }' "$dir/lines"
}

tell_sums() {
    awk -F '\t' '$1 !~ /skipped|later/ {
        kind = $4 == "ok" ? "healthy" : "faulty"
        asked[$3, kind]++; got[$3, kind, $1]++; all[kind]++; every[kind, $1]++
        if (kind == "faulty") { split($4, t, "/"); of[t[1]]++; if ($1 == "right") right[t[1]]++; else other[t[1]] = other[t[1]] " " $5 }
        if ($1 == "right" && kind == "faulty" && $4 !~ /network|middlebox/) times[++n] = $7
    }
    END {
        for (h = 1; h <= 3; h++) {
            name = h == 1 ? "a" : h == 2 ? "b" : "both"
            if (h < 3 && !asked[name, "healthy"] && !asked[name, "faulty"]) continue
            printf "half %s: ", name
            for (k = 1; k <= 2; k++) {
                kind = k == 1 ? "healthy" : "faulty"
                total = h < 3 ? asked[name, kind] : all[kind]
                printf "%s %d of %d right", kind, (h < 3 ? got[name, kind, "right"] : every[kind, "right"]), total
                m = split("false-alarm wrong missed unnamed unsure", marks, " ")
                for (i = 1; i <= m; i++) {
                    v = h < 3 ? got[name, kind, marks[i]] : every[kind, marks[i]]
                    if (v) printf ", %d %s", v, marks[i]
                }
                printf k == 1 ? "; " : "\n"
            }
        }
        for (c in of) printf "  %-20s %3d of %3d%s\n", c, right[c], of[c], other[c] ? ", else:" other[c] : "" | "sort"
        close("sort")
        asort_n(times, n)
        if (n) printf "time to the right cause: median %d ms, nine in ten within %d, longest %d\n", times[int((n + 1) / 2)], times[int(n * .9 + .5)], times[n]
    }
    function asort_n(a, n,   i, j, x) { for (i = 2; i <= n; i++) { x = a[i] + 0; for (j = i - 1; j > 0 && a[j] + 0 > x; j--) a[j + 1] = a[j]; a[j + 1] = x } }
    ' "$dir/lines"
}

tell_shows() {
    cat "$dir"/ask.*.shows >"$dir/shows" 2>/dev/null
    awk -F '\t' '{ n[$1]++; if ($2 == "yes") yes[$1]++; else if (!($1 in bad)) bad[$1] = $3 }
        END { for (c in n) printf "  %-20s %3d of %3d%s\n", c, yes[c], n[c], c in bad ? "  e.g. " substr(bad[c], 1, 160) : "" }' "$dir/shows" | sort
}

words=("$@")
SECONDS=0
servers_all
servers_wait
echo "servers are up after $SECONDS s"
ask_all
judge_all
tell_lines
tell_sums
echo "commands that show the fault:"
tell_shows
echo "$SECONDS s in all"
[ -n "${KEEP-}" ] && cp -r "$dir/." "$KEEP"
! grep -qE '^(false-alarm|wrong)' "$dir/lines"
