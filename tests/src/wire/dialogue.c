/* dialogue - tests of the dialogues before TLS: each protocol in one piece and a byte at a time, refusals, and what no
 * server says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/dialogue.h"

#define S(text) text, sizeof text - 1
#define EHLO_ALL "250-talk.test\r\n250-SIZE 10\r\n250-STARTTLS\r\n250 HELP\r\n"
#define STREAM "<?xml version='1.0'?><stream:stream id='1'>"
#define MYSQL(low, high) "\x2e\0\0\0\x0a" "5.5.0-talk\0" "\7\0\0\0" "saltsalt\0" low high "\x21\2\0" "0123456789abcdef"

struct turn_row { const char *answer; size_t n; const char *then; }; /* what the server says, and what we say to that */
static const struct script {
    const char *way, *first;      /* what we say before it speaks */
    struct turn_row turn[4];
    enum dialogue_outcome outcome;
    int code;
    const char *said, *farewell;
} scripts[] = {
    { "smtp", "", { { S("220-hi\r\n220 hi again\r\n"), "EHLO [192.0.2.7]\r\n" }, { S(EHLO_ALL), "STARTTLS\r\n" },
                    { S("220 2.0.0 go\r\n"), "" } }, DIALOGUE_READY, 220, "220 2.0.0 go", NULL },
    { "lmtp", "", { { S("220 hi\r\n"), "LHLO [192.0.2.7]\r\n" }, { S(EHLO_ALL), "STARTTLS\r\n" }, { S("220 go\r\n"), "" } },
      DIALOGUE_READY, 220, "220 go", NULL },
    { "smtp", "", { { S("220 hi\n"), "EHLO [192.0.2.7]\r\n" }, { S("250-a\n250-STARTTLS\n250 b\n"), "STARTTLS\r\n" },
                    { S("220 go\n"), "" } }, DIALOGUE_READY, 220, "220 go", NULL }, /* without CR */
    { "imap", "", { { S("* OK ready\r\n"), "a1 CAPABILITY\r\n" },
                    { S("* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n"), "a2 STARTTLS\r\n" },
                    { S("a2 OK go\r\n"), "" } }, DIALOGUE_READY, -1, "a2 OK go", NULL },
    { "pop3", "", { { S("+OK hi\r\n"), "CAPA\r\n" }, { S("+OK\r\nTOP\r\nSTLS\r\n.\r\n"), "STLS\r\n" }, { S("+OK go\r\n"), "" } },
      DIALOGUE_READY, -1, "+OK go", NULL },
    { "pop3", "", { { S("+OK hi\r\n"), "CAPA\r\n" }, { S("-ERR what?\r\n"), "STLS\r\n" }, { S("+OK go\r\n"), "" } },
      DIALOGUE_READY, -1, "+OK go", NULL },
    { "ftp", "", { { S("220-hi\r\n no code here\r\n220 hi\r\n"), "FEAT\r\n" },
                   { S("211-Features\r\n AUTH TLS\r\n211 End\r\n"), "AUTH TLS\r\n" }, { S("234 go\r\n"), "" } },
      DIALOGUE_READY, 234, "234 go", NULL },
    { "nntp", "", { { S("201 hi\r\n"), "CAPABILITIES\r\n" }, { S("101 list\r\nSTARTTLS\r\n.\r\n"), "STARTTLS\r\n" },
                    { S("382 go\r\n"), "" } }, DIALOGUE_READY, 382, "382 go", NULL },
    { "sieve", "", { { S("\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n"), "STARTTLS\r\n" }, { S("OK \"go\"\r\n"), "" } },
      DIALOGUE_READY, -1, "OK \"go\"", NULL },
    { "xmpp", "<?xml version='1.0'?><stream:stream to='good.test' xmlns='jabber:client' "
              "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
      { { S(STREAM "<stream:features><starttls xmlns='x'/></stream:features>"),
          "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" }, { S("<proceed xmlns='x'/>"), "" } },
      DIALOGUE_READY, -1, "<proceed xmlns='x'/>", NULL },
    { "ldap", NULL, { { S("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0"), "" } }, DIALOGUE_READY, 0, NULL, NULL },
    { "postgres", NULL, { { S("S"), "" } }, DIALOGUE_READY, -1, NULL, NULL },
    { "mysql", "", { { S(MYSQL("\xff", "\xff")), NULL } }, DIALOGUE_READY, -1, "5.5.0-talk", NULL },
    { "rdp", NULL, { { S("\3\0\0\x13\x0e\xd0\0\0\0\0\0\2\0\x08\0\1\0\0\0"), "" } }, DIALOGUE_READY, -1, NULL, NULL },
    { "mssql", NULL, { { S("\4\1\0\x0f\0\0\1\0\1\0\6\0\1\xff\1"), "" } }, DIALOGUE_READY, -1, NULL, NULL },

    { "smtp", "", { { S("220 hi\r\n"), NULL }, { S("250-talk\r\n250 SIZE\r\n"), "" } }, DIALOGUE_NOT_OFFERED, 250, "250 SIZE", "QUIT\r\n" },
    { "smtp", "", { { S("220 hi\r\n"), NULL }, { S("500 what?\r\n"), "" } }, DIALOGUE_NOT_OFFERED, 500, "500 what?", "QUIT\r\n" },
    { "smtp", "", { { S("220 hi\r\n"), NULL }, { S(EHLO_ALL), NULL }, { S("454 no key\r\n"), "" } },
      DIALOGUE_REFUSED, 454, "454 no key", "QUIT\r\n" },
    { "smtp", "", { { S("220 hi\r\n"), NULL }, { S(EHLO_ALL), NULL }, { S("502 what?\r\n"), "" } },
      DIALOGUE_REFUSED, 502, "502 what?", "QUIT\r\n" }, /* it had listed it */
    { "smtp", "", { { S("554 5.7.1 go away\r\n"), "" } }, DIALOGUE_REFUSED, 554, "554 5.7.1 go away", "QUIT\r\n" },
    { "smtp", "", { { S("421 later\r\n"), "" } }, DIALOGUE_BUSY, 421, "421 later", NULL },
    { "imap", "", { { S("* BYE Too many connections\r\n"), "" } }, DIALOGUE_BUSY, -1, "* BYE Too many connections", NULL },
    { "imap", "", { { S("* OK\r\n"), NULL }, { S("* CAPABILITY IMAP4\r\na1 OK\r\n"), "" } }, DIALOGUE_NOT_OFFERED, -1, "a1 OK", "a3 LOGOUT\r\n" },
    { "imap", "", { { S("* OK\r\n"), NULL }, { S("* CAPABILITY STARTTLS\r\na1 OK\r\n"), NULL }, { S("a2 NO no key\r\n"), "" } },
      DIALOGUE_REFUSED, -1, "a2 NO no key", "a3 LOGOUT\r\n" },
    { "pop3", "", { { S("+OK\r\n"), NULL }, { S("-ERR\r\n"), NULL }, { S("-ERR Unknown command\r\n"), "" } },
      DIALOGUE_NOT_OFFERED, -1, "-ERR Unknown command", "QUIT\r\n" },
    { "ftp", "", { { S("220 ftp\r\n"), NULL }, { S("500 FEAT?\r\n"), NULL }, { S("500 AUTH?\r\n"), "" } },
      DIALOGUE_NOT_OFFERED, 500, "500 AUTH?", "QUIT\r\n" },
    { "ftp", "", { { S("220 ftp\r\n"), NULL }, { S("211-Features\r\n UTF8\r\n211 End\r\n"), NULL }, { S("530 login\r\n"), "" } },
      DIALOGUE_NOT_OFFERED, 530, "530 login", "QUIT\r\n" },
    { "ftp", "", { { S("220 ftp\r\n"), NULL }, { S("211-Features\r\n AUTH TLS\r\n211 End\r\n"), NULL }, { S("431 no key\r\n"), "" } },
      DIALOGUE_REFUSED, 431, "431 no key", "QUIT\r\n" },
    { "ldap", NULL, { { S("\x30\x0c\2\1\1\x78\7\x0a\1\2\4\0\4\0"), "" } }, DIALOGUE_NOT_OFFERED, 2, NULL, NULL },
    { "ldap", NULL, { { S("\x30\x0e\2\1\1\x78\x09\x0a\1\x34\4\0\4\2no"), "" } }, DIALOGUE_REFUSED, 52, "no", NULL },
    { "ldap", NULL, { { S("\x30\x0c\2\1\1\x78\7\x0a\1\x33\4\0\4\0"), "" } }, DIALOGUE_BUSY, 51, NULL, NULL },
    { "postgres", NULL, { { S("N"), "" } }, DIALOGUE_NOT_OFFERED, -1, NULL, NULL },
    { "postgres", NULL, { { S("E\0\0\0\x19SFATAL\0C53300\0Mfull\0\0"), "" } }, DIALOGUE_BUSY, -1, "full", NULL },
    { "mysql", "", { { S(MYSQL("\xff", "\xf7")), "" } }, DIALOGUE_NOT_OFFERED, -1, "5.5.0-talk", NULL },
    { "mysql", "", { { S("\x0b\0\0\0\xff\x6a\x04" "blocked!"), "" } }, DIALOGUE_REFUSED, 1130, "blocked!", NULL },
    { "rdp", NULL, { { S("\3\0\0\x13\x0e\xd0\0\0\0\0\0\3\0\x08\0\2\0\0\0"), "" } }, DIALOGUE_NOT_OFFERED, 2, "SSL_NOT_ALLOWED_BY_SERVER", NULL },
    { "rdp", NULL, { { S("\3\0\0\x13\x0e\xd0\0\0\0\0\0\3\0\x08\0\3\0\0\0"), "" } }, DIALOGUE_REFUSED, 3, "SSL_CERT_NOT_ON_SERVER", NULL },
    { "rdp", NULL, { { S("\3\0\0\x0b\6\xd0\0\0\0\0\0"), "" } }, DIALOGUE_NOT_OFFERED, -1, NULL, NULL },
    { "mssql", NULL, { { S("\4\1\0\x0f\0\0\1\0\1\0\6\0\1\xff\2"), "" } }, DIALOGUE_NOT_OFFERED, -1, NULL, NULL },
    { "xmpp", NULL, { { S(STREAM "<stream:features><bind/></stream:features>"), "" } }, DIALOGUE_NOT_OFFERED, -1,
      "<stream:features><bind/></stream:features>", "</stream:stream>" },
    { "xmpp", NULL, { { S(STREAM "<stream:error><host-unknown xmlns='x'/></stream:error>"), "" } }, DIALOGUE_STRANGER, -1,
      "<stream:error><host-unknown xmlns='x'/></stream:error>", "</stream:stream>" },

    { "xmpp", NULL, { { S(STREAM "<stream:error><undefined-condition/><text>No stream features to offer</text></stream:error>"), "" } },
      DIALOGUE_NOT_OFFERED, -1, "<stream:error><undefined-condition/><text>No stream features to offer</text></stream:error>",
      "</stream:stream>" },
    { "xmpp", NULL, { { S(STREAM "<stream:error><not-authorized/></stream:error>"), "" } }, DIALOGUE_REFUSED, -1,
      "<stream:error><not-authorized/></stream:error>", "</stream:stream>" },

    { "smtp", "", { { S("* OK IMAP\r\n"), "" } }, DIALOGUE_OTHER, -1, "* OK IMAP", NULL },
    { "smtp", "", { { S("SSH-2.0-x\r\n"), "" } }, DIALOGUE_OTHER, -1, "SSH-2.0-x", NULL },
    { "smtp", "", { { S("220 ProFTPD ftp server\r\n"), NULL }, { S("500 EHLO not understood\r\n"), "" } }, DIALOGUE_OTHER, 500, NULL, NULL },
    { "ldap", NULL, { { S("220 mail ESMTP\r\n"), "" } }, DIALOGUE_OTHER, -1, "220 mail ESMTP", NULL },
    { "ldap", NULL, { { S("\x15\3\1\0\2\2\x46"), "" } }, DIALOGUE_TLS, -1, NULL, NULL },
    { "xmpp", NULL, { { S("HTTP/1.1 400 Bad\r\n"), "" } }, DIALOGUE_OTHER, -1, "HTTP/1.1 400 Bad", NULL },
    { "smtp", "", { { S("\x15\3\3\0\2\2\x28"), "" } }, DIALOGUE_TLS, -1, NULL, NULL },
    { "smtp", "", { { S("\0\7\xfe\x1b[31m\r\n"), "" } }, DIALOGUE_GARBLED, -1, "\\x00\\x07\\xfe\\x1b[31m", NULL },
    { "smtp", "", { { S("220 hi\r\n"), NULL }, { S("bla\r\n"), "" } }, DIALOGUE_GARBLED, -1, "bla", NULL },
};

static void begin(struct dialogue *d, const char *way)
{
    const struct dialogue_row *row = dialogue_find(way);
    assert_non_null(row);
    dialogue_begin(d, row, "[192.0.2.7]", "good.test");
}

static void same(const char *a, const char *b)
{
    if (!a || !b)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

static void sent(struct dialogue *d, const char *text)
{
    if (text) {
        assert_int_equal(d->out.len, strlen(text));
        assert_memory_equal(d->out.data ? d->out.data : (uint8_t *)"", text, strlen(text));
    }
    buf_drop(&d->out, d->out.len);
}

static void script_run(const struct script *s, size_t piece)
{
    struct dialogue d;
    begin(&d, s->way);
    sent(&d, s->first);
    for (size_t i = 0; i < 4 && s->turn[i].answer; i++) {
        const struct turn_row *t = &s->turn[i];
        assert_int_equal(d.outcome, DIALOGUE_GOING);
        for (size_t at = 0; at < t->n; at += piece)
            dialogue_feed(&d, t->answer + at, at + piece < t->n ? piece : t->n - at);
        sent(&d, t->then);
    }
    assert_string_equal(dialogue_words[d.outcome], dialogue_words[s->outcome]);
    if (piece == 1 && d.outcome >= DIALOGUE_GARBLED) { /* decided at the first byte that is wrong */
        dialogue_free(&d);
        return;
    }
    assert_int_equal(d.code, s->code);
    if (s->said || s->outcome == DIALOGUE_READY)
        same(d.said, s->said);
    if (s->outcome != DIALOGUE_OTHER)
        same(dialogue_farewell(&d), s->farewell);
    assert_true((d.found != NULL) == (s->outcome == DIALOGUE_OTHER));
    dialogue_free(&d);
}

static void scripts_in_one_piece(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        script_run(&scripts[i], 1 << 20);
}

static void scripts_in_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (scripts[i].outcome <= DIALOGUE_BUSY)
            script_run(&scripts[i], 1);
}

static void requests_as_the_rfcs_have_them(void **state)
{
    (void)state;
    static const struct { const char *way; size_t n; const char *bytes; } rows[] = {
        { "ldap", 31, "\x30\x1d\2\1\1\x77\x18\x80\x16" "1.3.6.1.4.1.1466.20037" },
        { "postgres", 8, "\0\0\0\x08\x04\xd2\x16\x2f" },
        { "rdp", 19, "\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\x0b\0\0\0" },
        { "mssql", 47, "\x12\1\0\x2f\0\0\0\0" "\0\0\x1a\0\6\1\0\x20\0\1\2\0\x21\0\1\3\0\x22\0\4\4\0\x26\0\1\xff"
                       "\x10\0\0\0\0\0\1\0\0\0\0\0\0" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dialogue d;
        begin(&d, rows[i].way);
        assert_int_equal(d.out.len, rows[i].n);
        assert_memory_equal(d.out.data, rows[i].bytes, rows[i].n);
        dialogue_free(&d);
    }
}

static void a_list_is_kept_and_what_was_struck_out(void **state)
{
    (void)state;
    static const char answer[] = "250-talk\r\n250-SIZE 10\r\n250-XXXXXXXA\r\n250 \x1b[31mred\r\n";
    struct dialogue d;
    begin(&d, "smtp");
    dialogue_feed(&d, "220 hi\r\n", 8);
    dialogue_feed(&d, answer, sizeof answer - 1);
    assert_int_equal(d.outcome, DIALOGUE_NOT_OFFERED);
    assert_int_equal(d.offered_count, 3);
    assert_string_equal(d.offered[0], "SIZE 10");
    assert_string_equal(d.offered[2], "\\x1b[31mred");
    assert_string_equal(d.stripped, "XXXXXXXA");
    assert_string_equal(d.banner, "220 hi");
    dialogue_free(&d);
}

/* A word in the list that only begins like the one that is wanted is another. */
static void a_list_is_read_by_words(void **state)
{
    (void)state;
    static const char answer[] = "250-talk\r\n250-STARTTLSX\r\n250 XX\r\n";
    struct dialogue d;
    begin(&d, "smtp");
    dialogue_feed(&d, "220 hi\r\n", 8);
    dialogue_feed(&d, answer, sizeof answer - 1);
    assert_int_equal(d.outcome, DIALOGUE_NOT_OFFERED);
    assert_null(d.stripped);
    dialogue_free(&d);
}

static void bytes_behind_the_last_answer(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d, "smtp");
    dialogue_feed(&d, "220 hi\r\n", 8);
    dialogue_feed(&d, EHLO_ALL, sizeof EHLO_ALL - 1);
    dialogue_feed(&d, "220 go\r\n250 mine\r\n", 18);
    assert_int_equal(d.outcome, DIALOGUE_GARBLED);
    assert_true(d.behind);
    dialogue_free(&d);
    begin(&d, "postgres");
    dialogue_feed(&d, "SS", 2);
    assert_int_equal(d.outcome, DIALOGUE_GARBLED);
    dialogue_free(&d);
}

static void nobody_says_so_much(void **state)
{
    (void)state;
    struct dialogue d;
    char *flood = mem_new(TURN_MAX + 10);
    memset(flood, 'x', TURN_MAX + 10);
    memcpy(flood, "220-", 4);
    begin(&d, "smtp");
    dialogue_feed(&d, flood, TURN_MAX + 10);
    assert_int_equal(d.outcome, DIALOGUE_GARBLED);
    assert_true(d.in.len <= TURN_MAX);
    assert_true(strlen(d.said) < 2000);
    dialogue_free(&d);
    begin(&d, "xmpp"); /* an element that never ends */
    for (size_t i = 0; i <= TURN_MAX && d.outcome == DIALOGUE_GOING; i++)
        dialogue_feed(&d, "<", 1);
    assert_int_equal(d.outcome, DIALOGUE_GARBLED);
    dialogue_free(&d);
    begin(&d, "smtp");
    for (int i = 0; i <= TURN_LINES_MAX && d.outcome == DIALOGUE_GOING; i++)
        dialogue_feed(&d, "220-x\r\n", 7);
    assert_int_equal(d.outcome, DIALOGUE_GARBLED);
    dialogue_free(&d);
    free(flood);
}

static void silence_is_asked_in_tls(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d, "smtp");
    assert_true(dialogue_overdue(&d));
    assert_true(d.out.len > 50 && d.out.data[0] == 22 && d.out.data[5] == 1); /* a ClientHello */
    buf_drop(&d.out, d.out.len);
    dialogue_feed(&d, "\x16\3\3\0\x04\2\0\0\0", 9);
    assert_int_equal(d.outcome, DIALOGUE_TLS);
    dialogue_free(&d);
    begin(&d, "smtp");
    assert_true(dialogue_overdue(&d));
    assert_false(dialogue_overdue(&d));
    assert_int_equal(d.outcome, DIALOGUE_SILENT);
    assert_null(dialogue_farewell(&d));
    dialogue_free(&d);
    begin(&d, "smtp"); /* a greeting that was only late */
    assert_true(dialogue_overdue(&d));
    dialogue_feed(&d, "220 hi\r\n", 8);
    assert_int_equal(d.outcome, DIALOGUE_SLOW);
    assert_true(d.late);
    dialogue_free(&d);
    begin(&d, "ldap"); /* it was asked already */
    assert_false(dialogue_overdue(&d));
    assert_int_equal(d.outcome, DIALOGUE_SILENT);
    dialogue_free(&d);
    begin(&d, "smtp");
    dialogue_feed(&d, "220-hi", 6);
    assert_false(dialogue_overdue(&d));
    assert_int_equal(d.outcome, DIALOGUE_SLOW);
    assert_string_equal(d.said, "220-hi");
    dialogue_free(&d);
}

static void an_end_is_an_answer(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d, "smtp");
    dialogue_ended(&d);
    assert_int_equal(d.outcome, DIALOGUE_CLOSED);
    assert_int_equal(dialogue_stage(&d), DIALOGUE_GREETING);
    dialogue_free(&d);
    begin(&d, "smtp");
    dialogue_feed(&d, "220 hi\r\n", 8);
    assert_int_equal(dialogue_stage(&d), DIALOGUE_LIST);
    dialogue_ended(&d);
    dialogue_feed(&d, EHLO_ALL, sizeof EHLO_ALL - 1); /* too late to count */
    assert_int_equal(d.outcome, DIALOGUE_CLOSED);
    dialogue_free(&d);
    begin(&d, "mssql");
    assert_int_equal(dialogue_stage(&d), DIALOGUE_COMMAND);
    dialogue_free(&d);
    assert_null(dialogue_find("gopher"));
    assert_null(dialogue_find(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_in_one_piece),
        cmocka_unit_test(scripts_in_bytes),
        cmocka_unit_test(requests_as_the_rfcs_have_them),
        cmocka_unit_test(a_list_is_kept_and_what_was_struck_out),
        cmocka_unit_test(a_list_is_read_by_words),
        cmocka_unit_test(bytes_behind_the_last_answer),
        cmocka_unit_test(nobody_says_so_much),
        cmocka_unit_test(silence_is_asked_in_tls),
        cmocka_unit_test(an_end_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
