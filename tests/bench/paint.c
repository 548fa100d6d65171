/* paint - how long a program takes to paint its first screen.
 *
 *   paint COMMAND [ARG]...   runs it on a terminal of 80 x 24 of its own and prints milliseconds:
 *                            until its first byte, and until it was quiet for 50 ms
 *
 * Owns: the terminal and the clock; the program is ended by its id. Must not know: what is painted.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS 50
#define FIRST_MS 5000
#define WHOLE_MS 3000

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int terminal_open(char name[64])
{
    static const struct winsize size = { .ws_row = 24, .ws_col = 80 };
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0 || ptsname_r(fd, name, 64) != 0 ||
        ioctl(fd, TIOCSWINSZ, &size) < 0) {
        perror("a terminal");
        exit(3);
    }
    return fd;
}

static void child_run(const char *name, char **argv)
{
    setsid();
    int fd = open(name, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
        _exit(126);
    dup2(fd, 0);
    dup2(fd, 1);
    dup2(fd, 2);
    close(fd);
    setenv("TERM", "xterm-256color", 1);
    execvp(argv[0], argv);
    _exit(127);
}

/* Milliseconds until the first byte and until the last before a pause; false when there was none. */
static int paint_wait(int fd, double start, double *first, double *whole)
{
    char bytes[65536];
    struct pollfd p = { .fd = fd, .events = POLLIN };
    *first = -1;
    while (poll(&p, 1, *first < 0 ? FIRST_MS : QUIET_MS) > 0) {
        if (read(fd, bytes, sizeof bytes) <= 0)
            break;
        *whole = now_ms() - start;
        if (*first < 0)
            *first = *whole;
        if (*whole > WHOLE_MS)
            break;
    }
    return *first >= 0;
}

int main(int argc, char **argv)
{
    char name[64];
    double first, whole = 0;
    int status;
    if (argc < 2) {
        fprintf(stderr, "usage: paint COMMAND [ARG]...\n");
        return 2;
    }
    int fd = terminal_open(name);
    double start = now_ms();
    pid_t pid = fork();
    if (pid == 0)
        child_run(name, argv + 1);
    int painted = pid > 0 && paint_wait(fd, start, &first, &whole);
    if (pid > 0) {
        kill(pid, SIGTERM);
        close(fd); /* a hangup, for those who ignore the signal */
        waitpid(pid, &status, 0);
    }
    if (!painted)
        return 1;
    printf("%.2f %.2f\n", first, whole);
    return 0;
}
