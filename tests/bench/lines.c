/* lines - how fast a log is read, on one thread.
 *
 *   lines FILE     reads every line of FILE that line_find stops at; prints how many lines were read and known
 *
 * Owns: nothing that is measured. Must not know: what is in FILE.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/log/line.h"

int main(int argc, char **argv)
{
    struct stat st;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st) < 0) {
        fprintf(stderr, "usage: lines FILE\n");
        return 2;
    }
    size_t n = (size_t)st.st_size;
    char *p = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (p == MAP_FAILED) {
        perror("lines");
        return 1;
    }
    struct line_book *b = line_book_new();
    struct line_context context = { .in_log = true };
    unsigned long read = 0, known = 0;
    for (const char *at = p, *end = p + n; at && at < end;) {
        const char *hit = line_find(b, at, (size_t)(end - at));
        if (!hit)
            break;
        const char *before = memrchr(at, '\n', (size_t)(hit - at)), *stop = memchr(hit, '\n', (size_t)(end - hit));
        const char *from = before ? before + 1 : at;
        struct line_says s;
        stop = stop ? stop : end;
        line_read(b, from, (size_t)(stop - from), &context, &s);
        read++;
        known += s.kind == LINE_KNOWN;
        at = stop < end ? stop + 1 : end;
    }
    printf("%lu read, %lu known\n", read, known);
    line_book_free(b);
    close(fd);
    return 0;
}
