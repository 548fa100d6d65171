/* screen - see screen.h. */
#define NCURSES_WIDECHAR 1
#include "ui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

#include "src/base/mem.h"
#include "ui/restore.h"

struct screen {
    SCREEN *curses;
    struct termios old, own;
    struct grid *shown;       /* owned; what is on the terminal, or NULL */
    bool utf8, color, all;    /* all: the next paint writes everything */
    int w, h;
    char give_back[RESTORE_BYTES]; size_t give_back_len;
    int stderr_fd, stderr_kept; /* the real stderr, and the file in its place; -1 */
};

bool screen_usable(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

bool screen_locale_utf8(void)
{
    setlocale(LC_CTYPE, ""); /* numbers and times never follow the locale */
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* A terminfo string without its padding, appended to what gives the terminal back. */
static void give_back_add(struct screen *s, const char *name)
{
    const char *p = tigetstr(name);
    if (!p || p == (char *)-1)
        return;
    while (*p && s->give_back_len < sizeof s->give_back) {
        if (p[0] == '$' && p[1] == '<' && strchr(p, '>'))
            p = strchr(p, '>') + 1;
        else
            s->give_back[s->give_back_len++] = *p++;
    }
}

static const struct { const char *cap; int key; } taught[] = {
    { "kcuu1", K_UP }, { "kcud1", K_DOWN }, { "kcub1", K_LEFT }, { "kcuf1", K_RIGHT },
    { "khome", K_HOME }, { "kend", K_END }, { "kpp", K_PGUP }, { "knp", K_PGDN },
    { "kdch1", K_DELETE }, { "kcbt", K_BACKTAB }, { "kf1", K_F1 },
};

static void teach(struct keys *keys)
{
    for (size_t i = 0; i < sizeof taught / sizeof *taught; i++) {
        const char *seq = tigetstr(taught[i].cap);
        if (seq && seq != (char *)-1)
            keys_teach(keys, seq, taught[i].key);
    }
}

/* The terminal by its own name, else by one that nearly every terminal understands. */
static SCREEN *open_term(const char **notice)
{
    const char *term = getenv("TERM");
    SCREEN *c = term && *term ? newterm(term, stdout, stdin) : NULL;
    *notice = NULL;
    if (c)
        return c;
    *notice = "The terminal's name in TERM is not known on this machine; it is treated as xterm. "
              "If the picture is broken, set TERM, or use: tlswhy check.";
    c = newterm("xterm-256color", stdout, stdin);
    return c ? c : newterm("vt100", stdout, stdin);
}

/* Colours only add to marks and bold. No background is set, and only two colours are used, both
 * readable on dark and light. */
static void colors_begin(struct screen *s)
{
    if (!s->color || !has_colors()) {
        s->color = false;
        return;
    }
    start_color();
    use_default_colors();
    init_pair(ATTR_BAD, COLOR_RED, -1);
    init_pair(ATTR_WARN, COLOR_MAGENTA, -1);
}

/* Messages of libraries must not fall into the picture: they are kept and printed afterwards. */
static void stderr_keep(struct screen *s)
{
    s->stderr_fd = s->stderr_kept = -1;
    if (!isatty(STDERR_FILENO))
        return;
    s->stderr_kept = memfd_create("stderr", MFD_CLOEXEC);
    s->stderr_fd = s->stderr_kept >= 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1;
    if (s->stderr_fd >= 0)
        dup2(s->stderr_kept, STDERR_FILENO);
}

static void stderr_give_back(struct screen *s)
{
    char chunk[512];
    ssize_t n;
    if (s->stderr_fd < 0)
        return;
    fflush(stderr);
    dup2(s->stderr_fd, STDERR_FILENO);
    lseek(s->stderr_kept, 0, SEEK_SET);
    while ((n = read(s->stderr_kept, chunk, sizeof chunk)) > 0)
        fwrite(chunk, 1, (size_t)n, stderr);
    close(s->stderr_kept);
    close(s->stderr_fd);
    s->stderr_fd = s->stderr_kept = -1;
}

static bool has_cup(void)
{
    const char *cup = tigetstr("cup");
    return cup && cup != (char *)-1 && *cup;
}

struct screen *screen_open(bool color, struct keys *keys, const char **notice, struct err *e)
{
    struct screen *s = mem_new(sizeof *s);
    s->utf8 = screen_locale_utf8();
    s->color = color;
    s->all = true;
    if (!screen_usable() || tcgetattr(STDIN_FILENO, &s->old) < 0) {
        err_set(e, "this is not a terminal the workbench can draw on; use: tlswhy check ENDPOINT");
        free(s);
        return NULL;
    }
    s->curses = open_term(notice);
    if (!s->curses || !has_cup()) {
        if (s->curses) {
            endwin();
            delscreen(s->curses);
        }
        err_set(e,
                "the terminal can't place its cursor (TERM says so); use: tlswhy check ENDPOINT");
        free(s);
        return NULL;
    }
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    colors_begin(s);
    teach(keys);
    give_back_add(s, "sgr0");
    if (s->color)
        give_back_add(s, "op");
    give_back_add(s, "cnorm");
    give_back_add(s, "rmcup");
    stderr_keep(s);
    restore_arm(STDIN_FILENO, &s->old, s->give_back, s->give_back_len, s->stderr_kept,
                s->stderr_fd);
    getmaxyx(stdscr, s->h, s->w);
    return s;
}

void screen_close(struct screen *s)
{
    if (!s)
        return;
    endwin();
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &s->old);
    restore_disarm();
    stderr_give_back(s);
    delscreen(s->curses);
    grid_free(s->shown);
    free(s);
}

void screen_size(const struct screen *s, int *w, int *h)
{
    *w = s->w;
    *h = s->h;
}

bool screen_utf8(const struct screen *s)
{
    return s->utf8;
}

static attr_t attr_bits(const struct screen *s, unsigned attr, short *pair)
{
    unsigned low = attr & ~(unsigned)ATTR_REVERSE;
    attr_t bits = attr & ATTR_REVERSE ? A_REVERSE : A_NORMAL;
    if (low == ATTR_HEAD || low == ATTR_BAD)
        bits |= A_BOLD;
    *pair = s->color && (low == ATTR_BAD || low == ATTR_WARN) ? (short)low : 0;
    return bits;
}

/* One cell as ncurses wants it. Where the C library thinks otherwise about its width the character
 * is replaced: a wrong guess would move the rest of the row. */
static void cell_convert(const struct screen *s, const struct cell *c, cchar_t *out)
{
    wchar_t wide[CCHARW_MAX + 1];
    const char *from = c->ch;
    mbstate_t state = { 0 };
    short pair;
    attr_t bits = attr_bits(s, c->attr, &pair);
    size_t n = mbsrtowcs(wide, &from, CCHARW_MAX, &state);
    if (n == (size_t)-1 || n == 0 || wcwidth(wide[0]) != 1) {
        wide[0] = L'?';
        n = 1;
    }
    wide[n < CCHARW_MAX ? n : CCHARW_MAX - 1] = L'\0';
    setcchar(out, wide, bits, pair, NULL);
}

/* A wide character takes two cells of the run when everybody agrees on that, else two "?". */
static int cells_convert(const struct screen *s, const struct cell *c, cchar_t *out)
{
    wchar_t wide;
    short pair;
    attr_t bits = attr_bits(s, c->attr, &pair);
    if (c->width != 2) {
        cell_convert(s, c, out);
        return 1;
    }
    if (mbtowc(&wide, c->ch, strlen(c->ch)) > 0 && wcwidth(wide) == 2) {
        setcchar(out, (wchar_t[]){ wide, L'\0' }, bits, pair, NULL);
        return 1;
    }
    setcchar(&out[0], L"?", bits, pair, NULL);
    setcchar(&out[1], L"?", bits, pair, NULL);
    return 2;
}

static bool row_changed(const struct screen *s, const struct grid *g, int y, int *from, int *to)
{
    *from = g->w;
    *to = -1;
    for (int x = 0; x < g->w; x++)
        if (!s->shown || !cell_equal(grid_at(g, x, y), grid_at(s->shown, x, y))) {
            *from = x < *from ? x : *from;
            *to = x;
        }
    while (*from > 0 && *from < g->w && grid_at(g, *from, y)->width == 0)
        --*from;
    return *to >= 0;
}

static bool rows_paint(struct screen *s, const struct grid *g)
{
    cchar_t *run = mem_array(NULL, (size_t)g->w + 1, sizeof *run);
    bool any = false;
    for (int y = 0; y < g->h; y++) {
        int from, to, n = 0;
        if (!row_changed(s, g, y, &from, &to))
            continue;
        for (int x = from; x <= to; x++)
            if (grid_at(g, x, y)->width > 0)
                n += cells_convert(s, grid_at(g, x, y), &run[n]);
        mvadd_wchnstr(y, from, run, n);
        any = true;
    }
    free(run);
    return any;
}

void screen_paint(struct screen *s, const struct grid *g)
{
    bool moved =
        !s->shown || s->shown->cursor_x != g->cursor_x || s->shown->cursor_y != g->cursor_y;
    if (s->shown && (s->shown->w != g->w || s->shown->h != g->h)) {
        grid_free(s->shown);
        s->shown = NULL;
    }
    if (s->all) {
        clearok(curscr, TRUE);
        grid_free(s->shown);
        s->shown = NULL;
    }
    if (!s->shown)
        erase();
    if (!rows_paint(s, g) && !moved && !s->all)
        return;
    move(g->cursor_y, g->cursor_x);
    wnoutrefresh(stdscr);
    doupdate();
    s->all = false;
    grid_free(s->shown);
    s->shown = grid_new(g->w, g->h, g->utf8);
    memcpy(s->shown->cell, g->cell, (size_t)g->w * (size_t)g->h * sizeof *g->cell);
    s->shown->cursor_x = g->cursor_x;
    s->shown->cursor_y = g->cursor_y;
}

void screen_redraw(struct screen *s)
{
    s->all = true;
}

void screen_resize(struct screen *s)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        (size.ws_row != s->h || size.ws_col != s->w))
        resizeterm(size.ws_row < GRID_MAX ? size.ws_row : GRID_MAX,
                   size.ws_col < GRID_MAX ? size.ws_col : GRID_MAX);
    getmaxyx(stdscr, s->h, s->w);
    s->all = true;
}

void screen_suspend(struct screen *s)
{
    struct sigaction plain = { .sa_handler = SIG_DFL }, before;
    endwin();
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &s->old);
    sigaction(SIGTSTP, &plain, &before);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
    screen_resume(s);
}

void screen_resume(struct screen *s)
{
    reset_prog_mode();
    screen_resize(s);
}

void screen_write(struct screen *s, const char *p, size_t n)
{
    (void)s;
    fwrite(p, 1, n, stdout);
    fflush(stdout);
}

/* Everything a full-screen program may have left on: mouse, paste and synchronised modes off,
 * keypad and cursor keys normal, scroll region, colours, character set and cursor as they should
 * be, and last the main screen. */
static const char reset_bytes[] =
    "\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[?2026l\033[?1l\033>\033[r"
    "\033[0m\033(B\017\033[?7h\033[?25h\033[?1049l\r";

int screen_reset_tty(struct err *e)
{
    struct termios t;
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || tcgetattr(fd, &t) < 0) {
        if (fd >= 0)
            close(fd);
        err_set(e, "there is no terminal to reset: run this in the terminal that is in disorder");
        return 3;
    }
    t.c_iflag = (t.c_iflag & ~(tcflag_t)(IGNBRK | INLCR | IGNCR | ISTRIP | IXOFF)) | BRKINT |
                ICRNL | IXON | IMAXBEL;
    t.c_oflag |= OPOST | ONLCR;
    t.c_lflag |= ICANON | ISIG | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
    t.c_lflag &= ~(tcflag_t)(ECHONL | NOFLSH | TOSTOP);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    bool done = write(fd, reset_bytes, sizeof reset_bytes - 1) == (ssize_t)sizeof reset_bytes - 1 &&
                tcsetattr(fd, TCSADRAIN, &t) == 0;
    close(fd);
    if (!done)
        err_set(e, "the terminal did not take the reset (%s)", strerror(errno));
    return done ? 0 : 3;
}
