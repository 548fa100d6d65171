/* queue - see queue.h. */
#include "probes/queue.h"

#include "probes/slot.h"

void queue_init(struct queue *q)
{
    q->first = NULL;
    q->end = &q->first;
}

void queue_add(struct queue *q, struct slot *s)
{
    s->next = NULL;
    *q->end = s;
    q->end = &s->next;
}

void queue_add_first(struct queue *q, struct slot *s)
{
    s->next = q->first;
    if (!q->first)
        q->end = &s->next;
    q->first = s;
}

struct slot *queue_take(struct queue *q)
{
    struct slot *s = q->first;
    if (s && !(q->first = s->next))
        q->end = &q->first;
    return s;
}

void queue_remove(struct queue *q, struct slot *s)
{
    for (struct slot **p = &q->first; *p; p = &(*p)->next)
        if (*p == s) {
            *p = s->next;
            if (q->end == &s->next)
                q->end = p;
            return;
        }
}
