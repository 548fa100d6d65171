/* member - see member.h. */
#include "src/model/member.h"

const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

json_t *member_string(const char *text)
{
    json_t *j = text ? json_string(text) : NULL;
    return j ? j : json_null();
}
