#!/usr/bin/env bash
# clients.sh - what the programs on this machine really say first, compared with the rows that were recorded from them.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
unset OPENSSL_CONF GNUTLS_SYSTEM_PRIORITY_FILE GNUTLS_FORCE_FIPS_MODE
unset SSLKEYLOGFILE NODE_OPTIONS JAVA_TOOL_OPTIONS PYTHONHTTPSVERIFY
system=$(. /etc/os-release 2>/dev/null && echo "${ID-} ${VERSION_ID-}")
[ "$system" = "debian 12" ] || skip_all "the rows were recorded on Debian 12, this is ${system:-another system}"
export HOME=$dir TERM=dumb

# says ROW PROGRAM VERSION VERSION_COMMAND COMMAND: skipped where there is no such program, or VERSION is not in what
# VERSION_COMMAND prints. @ in COMMAND is a port of 127.0.0.1 that listens, the name to send is good.test or localhost.
says() {
    local row=$1 program=$2 named=$3 version out code
    if ! command -v "$program" >/dev/null && [ ! -x "$servers/$program" ]; then
        skip "$row" "there is no $program here"
        return
    fi
    version=$(eval "$4" 2>&1)
    if [[ $version != *"$named"* ]]; then
        skip "$row" "it is not $named but $(head -n 1 <<<"$version" | tr -d '#' | cut -c 1-80)"
        return
    fi
    out=$("$abs_top_builddir/tests/lib/hellocmp" "$row" "$5" 2>"$dir/says.log" </dev/null)
    code=$?
    if ((code == 0)); then
        ok "$row"
    else
        not_ok "$row" "$out"$'\n'"$(tail -n 5 "$dir/says.log" | cut -c 1-200)"
    fi
}

# --- OpenSSL ----------------------------------------------------------------------------------------

says openssl-3.0 openssl "OpenSSL 3.0." "openssl version" "openssl s_client -connect 127.0.0.1:@ -servername good.test"
says openssl-3.0-tls1.2 openssl "OpenSSL 3.0." "openssl version" \
    "openssl s_client -tls1_2 -connect 127.0.0.1:@ -servername good.test"
words=$("$abs_top_builddir/tests/lib/hellocmp" openssl-3.0 "openssl s_client -tls1_2 -connect 127.0.0.1:@" 2>/dev/null </dev/null)
if (($? == 1)) && [[ $words == *"suites: the row has 1302"* && $words == *"supported_versions: the row has 0304"* ]]; then
    ok "another hello is told from the row's"
else
    not_ok "another hello is told from the row's" "$words"
fi
says curl-7.88 curl "libcurl/7.88.1 OpenSSL/3.0." "curl --version" \
    "curl -q --resolve good.test:@:127.0.0.1 https://good.test:@/"

# A version manager's Python has a TLS library of its own.
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
about_python="$python -c 'import sys, ssl; print(\"Python %d.%d, \" % sys.version_info[:2] + ssl.OPENSSL_VERSION)'"
says python-3.11 "$python" "Python 3.11, OpenSSL 3.0." "$about_python" \
    "$python -c 'import urllib.request; urllib.request.urlopen(\"https://localhost:@/\")'"
says python-ssl-3.11 "$python" "Python 3.11, OpenSSL 3.0." "$about_python" "$python -c '
import socket, ssl
ssl.create_default_context().wrap_socket(socket.create_connection((\"127.0.0.1\", @)), server_hostname=\"good.test\")'"
says requests-2.28 "$python" "2.28.1 1.26." \
    "$python -c 'import requests, urllib3; print(requests.__version__, urllib3.__version__)'" \
    "$python -c 'import requests; requests.get(\"https://localhost:@/\")'"
says node-18 node v18. "node --version" "node -e 'require(\"https\").get(\"https://localhost:@/\")'"
says perl-5.36 perl "v5.36" "perl -MIO::Socket::SSL -e 'print \$^V'" \
    "perl -MIO::Socket::SSL -e 'IO::Socket::SSL->new(\"localhost:@\")'"
says ruby-3.1 ruby "ruby 3.1." "ruby --version" "ruby -rnet/http -e 'Net::HTTP.get(URI(\"https://localhost:@/\"))'"
says php-8.2 php "PHP 8.2." "php --version" "php -r 'file_get_contents(\"https://localhost:@/\");'"
says libpq-15 psql "(PostgreSQL) 15." "psql --version" "psql 'host=localhost port=@ sslmode=require user=x dbname=x'"
says postfix-3.7 posttls-finger 3.7. "dpkg-query -W -f '\${Version}' postfix" "posttls-finger -w -l may [127.0.0.1]:@"

# --- proxies: somebody has to ask them first --------------------------------------------------------

read -r front < <("$fault" ports 1)
program() { # program NAME: the one of this machine, or the one fetched
    command -v "$servers/$1" || command -v "$1"
}
cat >"$dir/ask" <<END
for i in {1..50}; do # until the proxy is there
    (exec 3<>/dev/tcp/127.0.0.1/$front && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3) && break
    sleep 0.1
done
END
ask_front="bash $dir/ask"
nginx_conf="daemon off; master_process off; pid $dir/pid; error_log stderr; events {}
http { access_log off; client_body_temp_path $dir/1; proxy_temp_path $dir/2; fastcgi_temp_path $dir/3;
uwsgi_temp_path $dir/4; scgi_temp_path $dir/5;
server { listen 127.0.0.1:$front; location / { proxy_pass https://127.0.0.1:@; } } }"
says nginx-1.22 nginx nginx/1.22. "$(program nginx) -v" "echo '$nginx_conf' >$dir/nginx.conf
    $(program nginx) -p $dir -e stderr -c $dir/nginx.conf & $ask_front"
haproxy_conf="defaults
 mode http
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend f
 bind 127.0.0.1:$front
 default_backend b
backend b
 server s 127.0.0.1:@ ssl verify none"
says haproxy-2.6 haproxy "version 2.6." "$(program haproxy) -v" "echo '$haproxy_conf' >$dir/haproxy.cfg
    $(program haproxy) -db -f $dir/haproxy.cfg & $ask_front"
stunnel_conf="foreground = yes
pid =
[x]
client = yes
accept = 127.0.0.1:$front
connect = localhost:@"
says stunnel-5.68 stunnel4 "stunnel 5.68" "$(program stunnel4) -version" "echo '$stunnel_conf' >$dir/stunnel.conf
    $(program stunnel4) $dir/stunnel.conf & $ask_front"

# --- others -----------------------------------------------------------------------------------------

says gnutls-3.7 gnutls-cli "gnutls-cli 3.7." "gnutls-cli --version" "gnutls-cli --sni-hostname good.test -p @ 127.0.0.1"
says curl-7.88-gnutls git libcurl-gnutls "ldd $(git --exec-path 2>/dev/null)/git-remote-http" \
    "git ls-remote https://localhost:@/x.git"
says wget-1.21 wget "Wget 1.21." "wget --version" "wget --no-config -t 1 -O /dev/null https://localhost:@/"
echo "127.0.0.1 good.test" >"$dir/hosts"
cat >"$dir/Say.java" <<'END'
public class Say {
    public static void main(String[] at) throws Exception {
        new java.net.URL("https://good.test:" + at[0] + "/").openStream();
    }
}
END
java="java -Djdk.net.hosts.file=$dir/hosts"
says java-17 javac "javac 17.0.15" "javac -version" "$java $dir/Say.java @"
says java-17.0.21 javac "javac 17.0.21" "javac -version" "$java $dir/Say.java @"
says java-17-tls1.2 javac "javac 17.0.15" "javac -version" "$java -Djdk.tls.client.protocols=TLSv1.2 $dir/Say.java @"
mkdir "$dir/say"
cat >"$dir/say/main.go" <<'END'
package main

import (
	"net/http"
	"os"
)

func main() {
	http.Get("https://localhost:" + os.Args[1] + "/")
}
END
says go-1.19 go "go1.19" "go version && (cd $dir/say && GO111MODULE=off GOCACHE=$dir/go go build -o $dir/say/say)" "$dir/say/say @"
command -v certutil >/dev/null && certutil -N -d "sql:$dir" --empty-password >/dev/null 2>&1
says nss-3.87 tstclnt 3.87 "dpkg-query -W -f '\${Version}' libnss3" \
    "tstclnt -4 -Q -d sql:$dir -h localhost -p @ -a good.test"
says botan-2.19 botan 2.19. "botan --version" "botan tls_client localhost --port=@"
says erlang-otp-25 erl 25 "erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().'" \
    "erl -noshell -eval 'application:ensure_all_started(ssl), ssl:connect(\"localhost\", @, [], 5000), halt().'"
says firefox-153-esr firefox-esr "Firefox 153." "firefox-esr --version" \
    "firefox-esr --headless --no-remote --profile $dir --screenshot $dir/shot.png https://localhost:@/"
says chromium-156 chromium "Chromium 156." "chromium --version" "chromium --headless=new --no-sandbox --disable-gpu \
    --no-first-run --user-data-dir=$dir/chromium --dump-dom https://localhost:@/"
finish
