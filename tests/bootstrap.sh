#!/bin/sh
# bootstrap.sh - what ./bootstrap promises, tried in a small tree with stand-ins for the package
# manager and the build tools. The PATH holds nothing but those and what any system has.

set -u
top=${abs_top_srcdir:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
number=0 status=0

result() { # result GOOD WORDS
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        sed 's/^/# out: /' "$dir/out"
        sed 's/^/# err: /' "$dir/err"
        echo "not ok $number - $2"
        status=1
    fi
}

stand_in() { # stand_in NAME: its text from standard input
    { echo '#!/bin/sh'; echo "dir='$dir'"; cat; } >"$dir/bin/$1"
    chmod +x "$dir/bin/$1"
}

# A system: Debian, as root, everything installed, everything works. Each test changes its part.
new_system() {
    rm -rf "${dir:?}"/*
    mkdir -p "$dir/bin" "$dir/tree/tests"
    for tool in sh env sed awk grep find cat tail head tee cp rm mv mkdir sort dirname ls chmod nproc true; do
        ln -s "$(command -v "$tool")" "$dir/bin/$tool"
    done
    cp "$top/bootstrap" "$dir/tree/bootstrap"
    echo "echo fetched >>'$dir/calls'" >"$dir/tree/tests/servers.sh"
    : >"$dir/tree/configure.ac"
    : >"$dir/calls"
    echo 0 >"$dir/uid"
    : >"$dir/missing"

    stand_in id <<'END'
cat "$dir/uid"
END
    stand_in dpkg-query <<'END'
for p; do
    case $p in -*) continue ;; esac
    if grep -qx "$p" "$dir/missing"; then printf '%s=not-installed ' "$p"; else printf '%s=installed ' "$p"; fi
done
END
    stand_in apt-get <<'END'
[ "$(cat "$dir/uid")" = 0 ] || { echo "apt-get: not root"; exit 100; }
echo "apt-get[${DEBIAN_FRONTEND-asks}] $*" >>"$dir/calls"
case " $* " in *" install "*) [ ! -e "$dir/archive-is-gone" ] || { echo "E: gone"; exit 100; } ;; esac
END
    stand_in autoreconf <<'END'
echo autoreconf >>"$dir/calls"
printf '#!/bin/sh\necho configure >>"%s/calls"\necho "abs_top_builddir = $PWD" >Makefile\n' "$dir" >"$dir/tree/configure"
chmod +x "$dir/tree/configure"
END
    stand_in make <<'END'
echo "make $*" >>"$dir/calls"
case " $* " in
    *" TESTS= "*) ;;
    *" check "*)
        mkdir -p "$dir/tree/build/tests"
        for trs in "$dir"/*.trs; do [ ! -e "$trs" ] || cp "$trs" "$dir/tree/build/tests/"; done
        cat "$dir/make-check-says" 2>/dev/null
        [ ! -e "$dir/make-check-fails" ] ;;
    *)
        [ ! -e "$dir/compiler-error" ] || { echo "x.c:1: error: no such thing"; exit 2; }
        printf '#!/bin/sh\necho "tlswhy $# $*"\nexit 7\n' >"$dir/tree/build/tlswhy"
        chmod +x "$dir/tree/build/tlswhy" ;;
esac
END
}

bootstrap() {
    PATH="$dir/bin" "$dir/tree/bootstrap" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
}

called() { grep -q -- "$1" "$dir/calls"; }
counts() { [ "$(tail -n 1 "$dir/out")" = "$1" ]; }

new_system
bootstrap dance
[ "$code" = 2 ] && [ ! -s "$dir/out" ] && grep -q 'no "dance"' "$dir/err" && grep -q 'bootstrap check' "$dir/err"
result $? "an unknown word: usage on stderr, exit 2"
bootstrap
[ "$code" = 2 ] && grep -q 'bootstrap run' "$dir/err" && [ ! -s "$dir/calls" ]
result $? "no word: usage, exit 2, nothing done"

new_system
bootstrap run
[ "$code" = 7 ] && [ "$(cat "$dir/out")" = "tlswhy 1 --lab" ]
result $? "run: stdout and exit status are the program's, and it is given the lab"
! called apt-get
result $? "run: nothing is installed when nothing is missing"
called autoreconf && called configure && called 'make -C .*/build '
result $? "run: makes configure, configures and builds in build/"
: >"$dir/calls"
bootstrap run check 'a b' -f -
[ "$code" = 7 ] && [ "$(cat "$dir/out")" = "tlswhy 4 check a b -f -" ]
result $? "run ARGS: handed over as they are"
! called autoreconf && ! called configure && called make
result $? "run again: neither autoreconf nor configure"
mv "$dir/tree" "$dir/moved" && ln -s moved "$dir/tree"
PATH="$dir/bin" "$dir/moved/bootstrap" run >"$dir/out" 2>"$dir/err"
called configure && ! called autoreconf
result $? "a tree that was moved is configured again"

new_system
printf 'jq\nmake\nlibev-dev\nlibcmocka-dev\n' >"$dir/missing"
bootstrap run
[ "$code" = 7 ] && [ "$(cat "$dir/out")" = "tlswhy 1 --lab" ] &&
    called '^apt-get\[noninteractive\] .*-y .*Lock::Timeout=.* install --no-install-recommends make libev-dev$'
result $? "run installs the missing build packages alone, and asks nothing"
bootstrap check
called 'install --no-install-recommends make libev-dev libcmocka-dev jq$'
result $? "check installs those of the tests too"
bootstrap deps clang
[ "$code" = 0 ] && ! called clang
result $? "deps installs no name that is there"
echo clang >>"$dir/missing"
: >"$dir/calls"
bootstrap deps clang
[ "$code" = 0 ] && called 'install .* clang$' && ! called '^make'
result $? "deps installs a further name, and builds nothing"

new_system
echo make >"$dir/missing"
: >"$dir/archive-is-gone"
bootstrap run
[ "$code" = 3 ] && [ ! -s "$dir/out" ] && called 'apt-get.* update' && grep -q 'E: gone' "$dir/err" &&
    grep -q 'bootstrap.log' "$dir/err"
result $? "an installation that fails: fresh lists, once more, then its words, its log and exit 3"

new_system
echo 1000 >"$dir/uid"
bootstrap run
[ "$code" = 7 ]
result $? "without root and with nothing missing it builds"
printf 'gcc\nmake\n' >"$dir/missing"
bootstrap run
[ "$code" = 3 ] && [ "$(grep -c 'apt-get install -y --no-install-recommends gcc make$' "$dir/err")" = 1 ] && ! called apt-get
result $? "without root and sudo: one install command, exit 3"
stand_in sudo <<'END'
[ ! -e "$dir/sudo-asks" ] || { echo "sudo: a password is required" >&2; exit 1; }
[ "$1" = -n ] || { echo "sudo would ask" >&2; exit 1; }
shift
echo 0 >"$dir/uid"
"$@"
result=$?
echo 1000 >"$dir/uid"
exit "$result"
END
bootstrap run
[ "$code" = 7 ] && called '^apt-get\[noninteractive\] .* install .* gcc make$'
result $? "with sudo that asks nothing: installs through it"
: >"$dir/sudo-asks"
bootstrap run
[ "$code" = 3 ] && grep -q 'apt-get install .* gcc make$' "$dir/err"
result $? "with sudo that would ask: one install command, exit 3"

new_system
rm "$dir/bin/apt-get" "$dir/bin/dpkg-query"
bootstrap run
[ "$code" = 3 ] && [ ! -s "$dir/out" ] && grep -q 'lacks: .*pkg-config' "$dir/err" && grep -q 'install .*libgnutls28-dev' "$dir/err"
result $? "without apt: what is missing, one install command, exit 3"
for tool in cc automake autoconf pkg-config dnf; do
    stand_in "$tool" </dev/null
done
bootstrap run
[ "$code" = 7 ]
result $? "without apt but with everything there: builds"
rm "$dir/bin/make"
bootstrap run
[ "$code" = 3 ] && grep -q 'dnf install .*gnutls-devel' "$dir/err"
result $? "the install command is the system's own"

new_system
: >"$dir/compiler-error"
bootstrap run
[ "$code" = 3 ] && [ ! -s "$dir/out" ] && grep -q 'x.c:1: error' "$dir/err" && grep -q 'build/bootstrap.log' "$dir/err"
result $? "a build that fails: the end of its output, where the rest is, exit 3"

new_system
printf ':test-result: PASS a\n:test-result: SKIP b\n:test-result: XFAIL c\n' >"$dir/one.trs"
printf ':test-result: PASS d\n' >"$dir/two.trs"
printf 'PASS: one 1 - a\nnoise\n' >"$dir/make-check-says"
bootstrap check
[ "$code" = 0 ] && counts "3 passed, 0 failed, 1 skipped" && grep -qx 'PASS: one 1 - a' "$dir/out" && ! grep -q noise "$dir/out"
result $? "check: test lines, and the count last"
called fetched
result $? "check fetches the servers"
: >"$dir/calls"
bootstrap check
! called configure
result $? "check again: not configured again"
echo "CMOCKA_LIBS = " >>"$dir/tree/build/Makefile"
bootstrap check
called configure && ! grep -q CMOCKA_LIBS "$dir/tree/build/Makefile"
result $? "check after a build without cmocka: configured again, so that there are unit tests"
rm "$dir/one.trs"
bootstrap check
counts "1 passed, 0 failed"
result $? "check: results of an earlier run are not counted"
printf ':test-result: FAIL a\n:test-result: ERROR b\n' >"$dir/one.trs"
: >"$dir/make-check-fails"
mkdir -p "$dir/tree/build/tests" && echo "expected 1, got 2" >"$dir/tree/build/tests/one.log"
bootstrap check
[ "$code" = 1 ] && counts "1 passed, 2 failed" && grep -q 'expected 1, got 2' "$dir/out"
result $? "check: a failure shows its log before the count, exit 1"
rm "$dir/one.trs"
bootstrap check
[ "$code" = 1 ] && counts "1 passed, 0 failed" && grep -q 'outside the tests' "$dir/err"
result $? "check: a make that fails without a failed test is exit 1"
rm "$dir/two.trs" "$dir/make-check-fails"
bootstrap check
[ "$code" = 1 ] && counts "0 passed, 0 failed"
result $? "check: no test at all is exit 1"

echo "1..$number"
exit "$status"
