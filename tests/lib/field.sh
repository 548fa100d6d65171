# field.sh - more kinds of TLS servers for the end-to-end tests, beside those of e2e.sh. To be sourced after it.
# shellcheck shell=bash disable=SC2154 # what e2e.sh sets
#
# Owns: how each is started on loopback with a configuration of the test's own, without root's powers and
# without touching the machine's. Must not know: what is asked of them. Configurations come on standard
# input with @WORD@ for ports, as nginx() and haproxy() take theirs; what is missing makes skips.

# tool NAME: the program as tests/servers.sh has fetched it, or the machine's own.
tool() { if [ -x "$servers/$1" ]; then echo "$servers/$1"; else command -v "$1"; fi; }
# A directory of a fetched package, or the machine's own.
place() { if [ -d "$servers/root$1" ]; then echo "$servers/root$1"; else echo "$1"; fi; }
lacks() { # lacks NAME PROGRAM: true when it is missing, which is noted
    [ -n "$(tool "$2")" ] && return 1
    absent "$1" "$2"
}

# What a server behind hitch or stunnel would be: takes connections, says nothing.
backend() { [ -n "${port[silent]-}" ] || faults silent; }

# relays TARGET MODE...: what stands in front of the server at ${port[TARGET]}, ports ${port[MODE]}; when that is up.
relays() {
    local target=${port[$1]} mode number
    local -a modes=("${@:2}")
    "$fault" "${modes[@]/%/=$target}" >"$dir/relays" 2>"$dir/relays.log" </dev/null &
    pid[relays]=$!
    until [ "$(wc -l <"$dir/relays")" = ${#modes[@]} ]; do
        kill -0 "${pid[relays]}" 2>/dev/null || bail "the relays did not start"
    done
    # shellcheck disable=SC2034 # those who include this file read it
    while read -r mode number; do port[${mode%=*}]=$number owner[${mode%=*}]=relays; done <"$dir/relays"
}

# apache NAME: standard input holds virtual hosts; each needs a line "Listen 127.0.0.1:@PORT@".
apache() {
    lacks "$1" apache2 && return
    local modules
    modules=$(place /usr/lib/apache2/modules)
    {
        printf 'ServerRoot %s\nPidFile %s/%s.pid\nErrorLog %s/%s.err\nServerName localhost\nDefaultRuntimeDir %s\n' \
            "$dir" "$dir" "$1" "$dir" "$1" "$dir"
        [ "$(id -u)" = 0 ] && printf 'User nobody\nGroup nogroup\n'
        printf 'LoadModule %s_module %s/mod_%s.so\n' mpm_event "$modules" mpm_event authz_core "$modules" authz_core \
            socache_shmcb "$modules" socache_shmcb ssl "$modules" ssl
        printf 'SSLCertificateFile %s/good.bundle\nSSLCertificateKeyFile %s/good.key\nSSLSessionCache none\n' "$dir" "$dir"
        cat
    } | server_template "$1"
    server "$1" "$(tool apache2)" -DFOREGROUND -f "$dir/$1.conf"
}

# stunnel NAME: standard input holds services, without "connect".
stunnel() {
    lacks "$1" stunnel4 && return
    backend
    {
        printf 'foreground = yes\npid =\nsyslog = no\ncert = %s\nsocket = l:TCP_NODELAY=1\n' "$dir/good.all"
        sed "s/^ *accept *=.*/&\nconnect = 127.0.0.1:${port[silent]}/"
    } | server_template "$1"
    server "$1" "$(tool stunnel4)" "$dir/$1.conf"
}

# hitch NAME PORT BUNDLE: standard input holds further lines of its configuration.
hitch() {
    lacks "$1" hitch <<<"@$2@" && return
    backend
    {
        printf 'frontend = "[127.0.0.1]:@%s@"\nbackend = "[127.0.0.1]:%s"\npem-file = "%s"\nworkers = 1\ndaemon = off\nquiet = on\n' \
            "$2" "${port[silent]}" "$dir/$3.all"
        [ "$(id -u)" = 0 ] && printf 'user = "nobody"\ngroup = "nogroup"\n'
        cat
    } | server_template "$1"
    server "$1" "$(tool hitch)" --config="$dir/$1.conf"
}

# lighttpd NAME LIBRARY: standard input holds its configuration; LIBRARY is openssl, gnutls, mbedtls, wolfssl or nss.
lighttpd() {
    local modules
    modules=$(place /usr/lib/lighttpd)
    if [ ! -f "$modules/mod_$2.so" ]; then
        absent "$1" "lighttpd-mod-$2"
        return
    fi
    lacks "$1" lighttpd && return
    {
        printf 'server.modules = ("mod_%s")\nserver.document-root = "%s"\nserver.bind = "127.0.0.1"\n' "$2" "$dir"
        cat
    } | server_template "$1"
    server "$1" "$(tool lighttpd)" -D -f "$dir/$1.conf" -m "$modules"
}

# node NAME: standard input holds lines "@PORT@ {options of tls.createServer}".
node_server() {
    lacks "$1" node && return
    {
        printf 'const tls = require("tls"), fs = require("fs");\nconst file = (name) => fs.readFileSync("%s/" + name);\n' "$dir"
        sed 's/^\(@[a-z0-9.-]*@\) \(.*\)$/tls.createServer(\2, (s) => { s.on("error", () => {}); s.end(); }).listen(\1, "127.0.0.1");/'
    } | server_template "$1"
    server "$1" node "$dir/$1.conf"
}

# java NAME [-DKEY=VALUE]...: standard input holds lines "@PORT@ KEYSTORE PROTOCOL,... SUITE,...|- server|client", and
# then "need" for one that requires a client certificate, "name=PATTERN" for one that takes only such server names.
java_server() {
    local name=$1
    shift
    lacks "$name" javac && return
    cat >"$dir/$name.template"
    [ -f "$dir/Serve.java" ] || java_source >"$dir/Serve.java"
    server "$name" java -XX:TieredStopAtLevel=1 -Xshare:auto "$@" "$dir/Serve.java" "$dir/$name.conf"
}
java_source() {
    cat <<'END'
import java.nio.file.*;
import java.security.*;
import javax.net.ssl.*;

public class Serve {
    static SSLContext context(String file) throws Exception {
        char[] word = "secret".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(Path.of(file))) { store.load(in, word); }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, word);
        SSLContext c = SSLContext.getInstance("TLS");
        c.init(keys.getKeyManagers(), null, null);
        return c;
    }

    static void serve(SSLServerSocket s) {
        while (true) {
            try {
                SSLSocket c = (SSLSocket) s.accept();
                new Thread(() -> {
                    try (c) { c.startHandshake(); c.getInputStream().read(); } catch (Exception e) { }
                }).start();
            } catch (Exception e) { }
        }
    }

    public static void main(String[] args) throws Exception {
        for (String old : new String[] { "jdk.tls.disabledAlgorithms", "jdk.certpath.disabledAlgorithms", "jdk.tls.legacyAlgorithms" })
            Security.setProperty(old, "");
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] w = line.trim().split(" ");
            if (w.length < 5)
                continue;
            SSLServerSocket s = (SSLServerSocket) context(w[1]).getServerSocketFactory().createServerSocket(
                Integer.parseInt(w[0]), 50, java.net.InetAddress.getLoopbackAddress());
            if (w[3].equals("all"))
                s.setEnabledCipherSuites(s.getSupportedCipherSuites());
            else if (!w[3].equals("-"))
                s.setEnabledCipherSuites(w[3].split(","));
            s.setEnabledProtocols(w[2].split(","));
            SSLParameters p = s.getSSLParameters();
            p.setUseCipherSuitesOrder(w[4].equals("server"));
            if (w.length > 5 && w[5].startsWith("name="))
                p.setSNIMatchers(java.util.List.of(SNIHostName.createSNIMatcher(w[5].substring(5))));
            p.setNeedClientAuth(w.length > 5 && w[5].equals("need"));
            s.setSSLParameters(p);
            new Thread(() -> serve(s)).start();
        }
    }
}
END
}

# selfserv NAME BUNDLE... [-- OPTION...]: NSS's test server with these certificates.
nss_server() {
    local name=$1 bundle db=$dir/$1.nss
    local -a certs=()
    shift
    lacks "$name" selfserv <<<"@$name@" && return
    mkdir "$db" && certutil -N -d "sql:$db" --empty-password >/dev/null
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        bundle=$1
        openssl pkcs12 -export -in "$dir/$bundle.bundle" -inkey "$dir/$bundle.key" -name "$bundle" -passout pass:secret \
            -out "$dir/$bundle.p12" && pk12util -i "$dir/$bundle.p12" -d "sql:$db" -W secret >/dev/null
        if grep -q 'RSA PRIVATE\|BEGIN PRIVATE' "$dir/$bundle.key" && openssl rsa -in "$dir/$bundle.key" -noout 2>/dev/null; then
            certs+=(-n "$bundle")
        else
            certs+=(-e "$bundle")
        fi
        shift
    done
    [ $# -eq 0 ] || shift
    server "$name" "$(tool selfserv)" -d "sql:$db" -p "@$name@" "${certs[@]}" "$@"
}
