/* restore - see restore.h. */
#include "ui/restore.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"

#define FATAL_COUNT 5
static const int fatal[FATAL_COUNT] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* A signal handler is given nothing but the number, so what it needs has to stand here. Written
 * only while no handler is set. */
static struct {
    bool armed;
    int fd, stderr_kept, stderr_fd;
    struct termios old;
    char bytes[RESTORE_BYTES];
    size_t n;
    void *stack;
    struct sigaction before[FATAL_COUNT];
} kept;

/* Only functions that are safe in a handler from here on. */
static void write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done <= 0)
            return;
        p += done;
        n -= (size_t)done;
    }
}

static void on_fatal(int signo)
{
    char chunk[512];
    ssize_t n;
    write_all(STDOUT_FILENO, kept.bytes, kept.n);
    tcsetattr(kept.fd, TCSANOW, &kept.old);
    if (kept.stderr_kept >= 0) {
        lseek(kept.stderr_kept, 0, SEEK_SET);
        while ((n = read(kept.stderr_kept, chunk, sizeof chunk)) > 0)
            write_all(kept.stderr_fd, chunk, (size_t)n);
    }
    raise(signo); /* SA_RESETHAND: the default action now */
}

void restore_arm(int fd, const struct termios *old, const char *bytes, size_t n, int stderr_kept,
                 int stderr_fd)
{
    restore_disarm();
    kept.fd = fd;
    kept.old = *old;
    kept.n = n < RESTORE_BYTES ? n : RESTORE_BYTES;
    memcpy(kept.bytes, bytes, kept.n);
    kept.stderr_kept = stderr_kept;
    kept.stderr_fd = stderr_fd;
    size_t room = (size_t)SIGSTKSZ > 65536 ? (size_t)SIGSTKSZ : 65536;
    kept.stack = mem_new(room); /* a stack of its own: the fault may be that the stack is full */
    sigaltstack(&(stack_t){ .ss_sp = kept.stack, .ss_size = room }, NULL);
    struct sigaction sa = { .sa_handler = on_fatal, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND) };
    sigemptyset(&sa.sa_mask);
    for (int i = 0; i < FATAL_COUNT; i++)
        sigaction(fatal[i], &sa, &kept.before[i]);
    kept.armed = true;
}

void restore_disarm(void)
{
    if (!kept.armed)
        return;
    for (int i = 0; i < FATAL_COUNT; i++)
        sigaction(fatal[i], &kept.before[i], NULL);
    sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL);
    free(kept.stack);
    kept.stack = NULL;
    kept.armed = false;
}
