/* hellofile - a saved ClientHello, as `client=FILE` and `replay FILE` take it.
 *
 * Owns: reading such a file, whatever of the forms below it has, known by its bytes; the one sentence about a bad one.
 * Must not know: who asks.
 *
 * Forms: the records as they were on the wire (what `listen` and `tap` save), the bare handshake message, SSL 2.0's
 * form, any of these in hex digits (dump.h), and pcap or pcapng: FILE#N is the Nth hello of it, FILE the first. A file
 * whose own name ends so is taken as it is. Only plain files are read, and a recording only up to the hello that is
 * wanted.
 */
#ifndef TLSWHY_MODEL_HELLOFILE_H
#define TLSWHY_MODEL_HELLOFILE_H

#include "src/base/err.h"
#include "src/wire/capture.h"
#include "src/wire/client.h"
#include "src/wire/heard.h"

#define HELLOFILE_MAX (1u << 20)              /* of all forms but recordings, which may have any size */
#define HELLOFILE_PACKETS_MAX (4ull << 30)    /* bytes of a recording that are looked at */

struct hellofile {           /* never changed once loaded, so it is shared: hellofile_ref, hellofile_free */
    int refs;
    char *path, *file;       /* owned; as given, and without #N */
    struct heard heard;      /* owned; end is HEARD_HELLO */
    struct client client;    /* its name is `path`, its lists are lent by `heard` */
    char *title;             /* owned; client.title */
    int nth, count;          /* of a recording: which hello, how many were found up to it; 0: no recording */
    char from[64], to[64];   /* of a recording, else "" */
    int segments;            /* likewise; 0: not known */
};

/* NULL and a sentence. */
struct hellofile *hellofile_load(const char *path, struct err *e);
struct hellofile *hellofile_ref(struct hellofile *f); /* accepts NULL */
void hellofile_free(struct hellofile *f);             /* one owner less; accepts NULL */
/* Another server name is to be sent, or none: one in it that is kept as it was, since hello.h can't write it, is
 * forgotten. Before it is shared. */
void hellofile_forget_name(struct hellofile *f);
/* Such a file exists (or FILE of FILE#N does), whatever is in it. */
bool hellofile_exists(const char *path);
/* Calls `found` for each hello of a recording, until it returns false. False and a sentence when this is no recording
 * that can be read to its end; what was found before is good all the same. */
bool hellofile_each(const char *path, bool (*found)(void *arg, const struct capture_hello *h), void *arg,
                    struct err *e);

#endif
