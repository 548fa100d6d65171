/* report - see report.h. */
#include "src/out/report.h"

#include <string.h>

const struct format format_table[] = {
    {.name = "text", .write = report_text},
    {.name = "json", .write = report_json},
};
const size_t format_count = sizeof format_table / sizeof *format_table;

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < format_count; i++)
        if (strcmp(format_table[i].name, name) == 0)
            return &format_table[i];
    return NULL;
}
