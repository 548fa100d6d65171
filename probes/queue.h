/* queue - slots one after the other, first come first served.
 *
 * Owns: the links between them. A slot stands in one queue at a time.
 * Must not know: what they wait for.
 */
#ifndef TLSWHY_PROBES_QUEUE_H
#define TLSWHY_PROBES_QUEUE_H

struct slot;

struct queue { struct slot *first, **end; };

void queue_init(struct queue *q);
void queue_add(struct queue *q, struct slot *s);
void queue_add_first(struct queue *q, struct slot *s);
struct slot *queue_take(struct queue *q); /* the first; NULL: there is none */
void queue_remove(struct queue *q, struct slot *s); /* also one that does not stand there */

#endif
