/* meter - runs a command and measures it.
 *
 *   meter FILE COMMAND [ARG]...   writes "MS KIB STATUS" to FILE: milliseconds from start to end, the
 *                                 largest resident size, and the exit status (128 + signal)
 *
 * Owns: measuring; the exit status is the command's. Must not know: what is run.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <signal.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status;
    if (argc < 3) {
        fprintf(stderr, "usage: meter FILE COMMAND [ARG]...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "we");
    if (!out) {
        perror(argv[1]);
        return 3;
    }
    double start = now_ms();
    pid_t pid = vfork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
        return 3;
    double ms = now_ms() - start;
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(out, "%.2f %ld %d\n", ms, used.ru_maxrss, status);
    return fclose(out) == 0 ? status : 3;
}
