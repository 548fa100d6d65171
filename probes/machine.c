/* machine - facts about the machine we probe from: what could make a failure ours and not the server's.
 *
 * Owns: reading library versions, crypto policies, proxy variables, the kernel's view of its clock and
 * the routes. Must not know: any server. Asked once; every column gets the same answers.
 */
#include <ares.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "probes/probe.h"
#include "src/base/mem.h"
#include "src/base/text.h"

static const enum fact writes[] = { FACT_LIBRARIES, FACT_POLICY, FACT_PROXY, FACT_NTP, FACT_ROUTES, FACT_COUNT };

#define FILE_MAX 65536

/* A small local file as text, NULL when it can't be read. Owned by the caller. */
static char *file_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    char *s = mem_new(FILE_MAX + 1);
    size_t n = 0;
    ssize_t r;
    while (n < FILE_MAX && (r = read(fd, s + n, FILE_MAX - n)) > 0)
        n += (size_t)r;
    close(fd);
    return s;
}

static void put(json_t *o, const char *key, enum state state, json_t *value, char *text)
{
    json_object_set_new(o, key, json_pack("{s:i, s:o, s:s?}", "state", (int)state, "value",
                                          value ? value : json_null(), "text", text));
    free(text);
}

/* OpenSSL is not ours, but it is what curl, Python and most of this machine's clients use. */
static char *openssl_version(void)
{
    static const char *const names[] = { "libcrypto.so.3", "libcrypto.so.1.1" };
    char *version = NULL;
    for (size_t i = 0; !version && i < sizeof names / sizeof *names; i++) {
        void *lib = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
        const char *(*ask)(int) = NULL;
        if (!lib)
            continue;
        *(void **)&ask = dlsym(lib, "OpenSSL_version");
        if (ask)
            version = text_printable(ask(0), strlen(ask(0)), 100);
        dlclose(lib);
    }
    return version;
}

static void see_libraries(json_t *all)
{
    char *openssl = openssl_version();
    json_t *v = json_pack("{s:s, s:s?, s:s}", "gnutls", gnutls_check_version(NULL), "openssl", openssl, "c-ares",
                          ares_version(NULL));
    put(all, "libraries", STATE_YES, v, mem_format("GnuTLS %s does our handshakes; other programs here: %s",
        gnutls_check_version(NULL), openssl ? openssl : "no OpenSSL found"));
    free(openssl);
}

/* The value after "KEY =" on a line that is no comment; owned by the caller, NULL when there is none. */
static char *config_value(const char *text, const char *key)
{
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        line += strspn(line, " \t");
        if (strncasecmp(line, key, strlen(key)) != 0)
            continue;
        const char *p = line + strlen(key);
        p += strspn(p, " \t");
        if (*p++ != '=')
            continue;
        p += strspn(p, " \t");
        return text_printable(p, strcspn(p, "\r\n"), 200);
    }
    return NULL;
}

/* Where policies live, and the setting that narrows what clients may do. */
static const struct { const char *key, *path, *setting; } policies[] = {
    { "openssl", "/etc/ssl/openssl.cnf", "MinProtocol" },
    { "openssl", "/etc/ssl/openssl.cnf", "CipherString" },
    { "openssl", "/etc/pki/tls/openssl.cnf", "MinProtocol" },
    { "gnutls", "/etc/gnutls/config", "SYSTEM" },
    { "gnutls", "/etc/gnutls/config", "tls-disabled-version" },
    { "gnutls", "/etc/gnutls/config", "disabled-version" },
    { "gnutls", "/etc/gnutls/config", "tls-disabled-cipher" },
    { "gnutls", "/etc/gnutls/config", "tls-disabled-group" },
};

static void see_policy(json_t *facts)
{
    json_t *v = json_pack("{s:n, s:n, s:n}", "openssl", "gnutls", "system");
    struct text text = { 0 };
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        char *file = file_read(policies[i].path);
        char *value = file ? config_value(file, policies[i].setting) : NULL;
        if (value) {
            const char *before = json_string_value(json_object_get(v, policies[i].key));
            char *said = mem_format("%s = %s", policies[i].setting, value);
            char *all = before ? mem_format("%s; %s", before, said) : mem_string(said);
            json_object_set_new(v, policies[i].key, json_string(all));
            free(all);
            text_addf(&text, "%s%s says %s", text.s ? "; " : "", policies[i].path, said);
            free(said);
        }
        free(value);
        free(file);
    }
    char *system = file_read("/etc/crypto-policies/config");
    if (system) {
        char *word = text_printable(system, strcspn(system, "\r\n"), 80);
        json_object_set_new(v, "system", json_string(word));
        text_addf(&text, "%sthe system-wide crypto policy is %s", text.s ? "; " : "", word);
        free(word);
    }
    free(system);
    if (getenv("GNUTLS_SYSTEM_PRIORITY_FILE"))
        text_addf(&text, "%sGNUTLS_SYSTEM_PRIORITY_FILE is set", text.s ? "; " : "");
    bool narrows = text.s != NULL;
    if (!narrows) {
        json_decref(v);
        v = NULL;
        text_add(&text, "no local crypto policy narrows what clients here may do");
    }
    put(facts, "crypto_policy", narrows ? STATE_YES : STATE_NO, v, text_take(&text));
}

/* A proxy's URL without its credentials. */
static char *proxy_without_secret(const char *url)
{
    const char *scheme = strstr(url, "://"), *at = strrchr(url, '@');
    const char *from = scheme ? scheme + 3 : url;
    char *clean = at && at >= from ? mem_format("%.*s***@%s", (int)(from - url), url, at + 1) : mem_string(url);
    char *printable = text_printable(clean, strlen(clean), 300);
    free(clean);
    return printable;
}

static void see_proxy(json_t *all)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
    json_t *v = json_object();
    struct text text = { 0 };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value)
            continue;
        char *clean = proxy_without_secret(value);
        json_object_set_new(v, names[i], json_string(clean));
        text_addf(&text, "%s%s=%s", text.s ? ", " : "", names[i], clean);
        free(clean);
    }
    bool any = json_object_size(v) > 0;
    if (!any) {
        json_decref(v);
        v = NULL;
        text_add(&text, "no proxy variable is set");
    }
    put(all, "proxy_env", any ? STATE_YES : STATE_NO, v, text_take(&text));
}

static void see_ntp(json_t *all)
{
    struct timex t = { .modes = 0 };
    int state = adjtimex(&t);
    if (state < 0) {
        put(all, "ntp", COULD_NOT_ASK, NULL, mem_string("the kernel does not say whether its clock is synchronised"));
        return;
    }
    bool synced = state != TIME_ERROR && !(t.status & STA_UNSYNC);
    put(all, "ntp", synced ? STATE_YES : STATE_NO,
        json_pack("{s:b, s:f}", "synchronised", synced, "error_ms", (double)t.maxerror / 1000),
        mem_string(synced ? "the kernel says its clock is synchronised"
                          : "the kernel says its clock is not synchronised (no NTP, or a container that can't tell)"));
}

/* A route that leaves this machine: any line whose interface is not lo. */
static bool has_route(const char *path, size_t interface_field, bool *known)
{
    char *file = file_read(path), *save = NULL;
    bool found = false;
    *known = file != NULL;
    for (char *line = file ? strtok_r(file, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
        char *inner = NULL, *word = strtok_r(line, " \t", &inner);
        for (size_t i = 0; word && i < interface_field; i++)
            word = strtok_r(NULL, " \t", &inner);
        found |= word && strcmp(word, "lo") != 0 && strcmp(word, "Iface") != 0;
    }
    free(file);
    return found;
}

static void see_routes(json_t *all)
{
    bool known_four, known_six;
    bool four = has_route("/proc/net/route", 0, &known_four), six = has_route("/proc/net/ipv6_route", 9, &known_six);
    if (!known_four && !known_six) {
        put(all, "routes", COULD_NOT_ASK, NULL, mem_string("the kernel's routes can't be read (no /proc?)"));
        return;
    }
    put(all, "routes", STATE_YES, json_pack("{s:b, s:b}", "ipv4", four, "ipv6", six),
        mem_format("routes beyond this machine: IPv4 %s, IPv6 %s", four ? "yes" : "no", six ? "yes" : "no"));
}

static struct want machine_start(struct run *r)
{
    json_t **kept = run_machine(r);
    if (!*kept) {
        *kept = json_object();
        see_libraries(*kept);
        see_policy(*kept);
        see_proxy(*kept);
        see_ntp(*kept);
        see_routes(*kept);
    }
    for (const enum fact *f = writes; *f != FACT_COUNT; f++) {
        json_t *said = json_object_get(*kept, fact_table[*f].json);
        run_see(r, *f, (enum state)json_integer_value(json_object_get(said, "state")),
                json_incref(json_object_get(said, "value")), -1,
                mem_string(json_string_value(json_object_get(said, "text"))));
    }
    return (struct want){ .what = WANT_DONE };
}

const struct probe machine_probe = {
    .name = "machine",
    .connects = false,
    .writes = writes,
    .state_size = 1,
    .start = machine_start,
};
