/* list - see list.h. */
#include "src/wire/list.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

#define QUOTE_MAX 60 /* bytes of a bad word shown in a sentence */

static uint16_t suite_number(const char *name)
{
    const struct suite *s = suite_by_name(name);
    return s ? s->number : 0;
}

static uint16_t group_number(const char *name)
{
    const struct group *g = group_by_name(name);
    return g ? g->number : 0;
}

static uint16_t sigalg_number(const char *name)
{
    const struct sigalg *s = sigalg_by_name(name);
    return s ? s->number : 0;
}

/* The names of the nth row of a table. */
struct names { const char *iana, *openssl; };

static struct names suite_names(size_t nth)
{
    return (struct names){ suite_table[nth].iana, suite_table[nth].openssl };
}

static struct names group_names(size_t nth)
{
    return (struct names){ group_table[nth].iana, group_table[nth].openssl };
}

static struct names sigalg_names(size_t nth)
{
    return (struct names){ sigalg_table[nth].iana, sigalg_table[nth].openssl };
}

static const struct kind {
    const char *what;
    uint16_t (*number)(const char *name);                  /* 0: no such name */
    const char *(*name)(uint16_t number, char hex[NAME_LEN]);
    const size_t *count;
    struct names (*names)(size_t nth);
} kinds[] = {
    [LIST_SUITES] = { "cipher suite", suite_number, suite_name, &suite_count, suite_names },
    [LIST_GROUPS] = { "group", group_number, group_name, &group_count, group_names },
    [LIST_SIGALGS] = { "signature algorithm", sigalg_number, sigalg_name, &sigalg_count, sigalg_names },
};

/* "0x" and one to four hex digits, else 0. */
static uint16_t hex_number(const char *word)
{
    size_t n = text_starts(word, "0x") || text_starts(word, "0X") ? strlen(word + 2) : 0;
    if (n < 1 || n > 4 || strspn(word + 2, "0123456789abcdefABCDEF") != n)
        return 0;
    return (uint16_t)strtoul(word + 2, NULL, 16);
}

static uint16_t word_number(const struct kind *k, const char *word)
{
    uint16_t number = k->number(word);
    return number ? number : hex_number(word);
}

/* Lent by the tables. */
static const char *word_nearest(const struct kind *k, const char *word)
{
    const char **all = mem_array(NULL, 2 * *k->count, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < *k->count; i++) {
        struct names names = k->names(i);
        all[n++] = names.iana;
        if (names.openssl)
            all[n++] = names.openssl;
    }
    const char *near = text_nearest(word, all, n);
    free(all);
    return near;
}

static void word_refuse(const struct kind *k, const char *word, struct err *e)
{
    char *shown = text_printable(word, strlen(word), QUOTE_MAX);
    const char *near = word_nearest(k, word);
    if (!*word)
        err_set(e, "a name is missing: every + stands between two names");
    else if (near && text_is(near, word))
        err_set(e, "\"%s\" stands for nothing that could be agreed on: leave it out", shown);
    else if (near)
        err_set(e, "there is no %s \"%s\"; did you mean %s?", k->what, shown, near);
    else if (strpbrk(word, ":; "))
        err_set(e, "there is no %s \"%s\"; names are joined by +", k->what, shown);
    else
        err_set(e, "there is no %s \"%s\"; IANA and OpenSSL names are known, and numbers such as 0xc02f", k->what,
                shown);
    free(shown);
}

/* The word at *p, moved behind its "+" or to NULL at the end. Two words that are one name together, such
 * as ECDSA+SHA256, are taken as one. Owned by the caller. */
static char *word_take(const struct kind *k, const char **p)
{
    size_t n = strcspn(*p, "+");
    if ((*p)[n]) {
        size_t both = n + 1 + strcspn(*p + n + 1, "+");
        char *pair = mem_copy(*p, both);
        if (k->number(pair))
            n = both;
        free(pair);
    }
    char *word = mem_copy(*p, n);
    *p = (*p)[n] ? *p + n + 1 : NULL;
    return word;
}

static bool list_has(const uint16_t *list, size_t n, uint16_t number)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == number)
            return true;
    return false;
}

static bool word_is_signal(enum list_kind kind, const char *word, uint16_t number, struct err *e)
{
    if (kind != LIST_SUITES || !suite_is_signal(number))
        return false;
    char *shown = text_printable(word, strlen(word), QUOTE_MAX);
    err_set(e, "\"%s\" is a signal to the server, no cipher suite that could be agreed on: leave it out", shown);
    free(shown);
    return true;
}

uint16_t *list_parse(enum list_kind kind, const char *text, struct err *e)
{
    const struct kind *k = &kinds[kind];
    uint16_t *list = mem_new((strlen(text) + 2) * sizeof *list); /* a word has a byte at least */
    size_t n = 0;
    bool ok = true;
    for (const char *p = text; ok && p;) {
        char *word = word_take(k, &p);
        uint16_t number = word_number(k, word);
        ok = number != 0 && !word_is_signal(kind, word, number, e);
        if (!number)
            word_refuse(k, word, e);
        else if (ok && !list_has(list, n, number))
            list[n++] = number;
        free(word);
    }
    if (ok)
        return list;
    free(list);
    return NULL;
}

char *list_format(enum list_kind kind, const uint16_t *list)
{
    struct text t = { 0 };
    char hex[NAME_LEN];
    for (const uint16_t *p = list; *p; p++)
        text_addf(&t, "%s%s", p == list ? "" : "+", kinds[kind].name(*p, hex));
    return text_take(&t);
}
