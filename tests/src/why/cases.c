/* cases - see cases.h. */
#include "tests/src/why/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/mem.h"

json_t *cases_load(const char *name)
{
    const char *top = getenv("abs_top_srcdir");
    char *path = mem_format("%s/tests/cases/%s.json", top ? top : ".", name);
    json_error_t e;
    json_t *j = json_load_file(path, 0, &e);
    if (!j)
        fail_msg("%s: %s (line %d)", path, e.text, e.line);
    free(path);
    return j;
}

void fact_see(struct session *s, int column, const char *key, const json_t *form)
{
    struct observation o = { .column = column, .fact = fact_find(key), .state = STATE_YES,
                             .probe = "case", .time = JUDGED, .ms = -1 };
    const json_t *state = json_object_get(form, "state"), *value = form;
    if (o.fact == FACT_COUNT)
        fail_msg("there is no fact %s", key);
    if (state) {
        assert_true(state_find(json_string_value(state), &o.state));
        value = json_object_get(form, "value");
    } else if (json_is_false(form)) {
        o.state = STATE_NO;
    }
    if (o.state == NOT_ASKED) {
        struct column *c = session_column(s, column);
        json_decref(c->fact[o.fact].value);
        c->fact[o.fact] = (struct seen){ 0 };
        return;
    }
    if (!json_is_boolean(value) && !json_is_null(value))
        o.value = json_incref((json_t *)value);
    session_see(s, &o);
}

void facts_see(struct session *s, int column, const json_t *facts)
{
    const char *key;
    json_t *form;
    json_object_foreach((json_t *)facts, key, form) {
        fact_see(s, column, key, form);
    }
}

struct column *column_build(struct session *s, int id, const char *text, int ask, const char *address)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    if (!ep)
        fail_msg("%s: %s", text, e.text);
    struct column *c = session_add(s, id, ask, id, ep, address, "local");
    endpoint_free(ep);
    return c;
}

int shell_status(const char *option, const char *line)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl("/bin/sh", "sh", option, line, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
