/* login - see login.h. */
#include "src/cmd/login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/model/via.h"

/* Up to `room` bytes of a file; -1 and errno where it can't be read. */
static ssize_t file_begin(int fd, char *to, size_t room)
{
    size_t n = 0;
    ssize_t got = 1;
    while (n < room && (got = read(fd, to + n, room - n)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        n += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)n;
}

char *login_load(const char *path, bool *open_to_others, struct err *e)
{
    char line[VIA_LOGIN_MAX + 2] = "";
    struct stat st;
    /* Opening must not wait for who writes to a FIFO, but reading must: a shell's <(command) may be about to write. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0)
        fcntl(fd, F_SETFL, 0);
    ssize_t n = fd < 0 || fstat(fd, &st) < 0 ? -1 : S_ISDIR(st.st_mode) ? 0 : file_begin(fd, line, sizeof line - 1);
    *open_to_others = n >= 0 && (st.st_mode & 077) && !S_ISCHR(st.st_mode) && !S_ISFIFO(st.st_mode);
    if (n < 0)
        err_set(e, "it can't be read: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return NULL;
    size_t len = strcspn(line, "\r\n");
    char *login = NULL;
    if (memchr(line, '\0', (size_t)n) || len > VIA_LOGIN_MAX)
        err_set(e, "its first line is no user:password of at most %d bytes", VIA_LOGIN_MAX);
    else if (!strchr(line, ':') || strchr(line, ':') > line + len || line[0] == ':')
        err_set(e, "its first line must be user:password");
    else
        login = mem_copy(line, len);
    explicit_bzero(line, sizeof line);
    return login;
}

void login_free(char *login)
{
    if (login)
        explicit_bzero(login, strlen(login));
    free(login);
}
