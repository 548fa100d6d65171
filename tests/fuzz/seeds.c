/* seeds - runs a fuzz target over its seeds where libFuzzer is not: every file of a directory, as
 * it is, cut short at several places, and with single bytes changed. Prints TAP.
 *
 * The directory is the first argument, else $abs_top_srcdir/tests/fuzz/seeds/NAME for the program
 * NAME. A crash of the target ends the run, as it should; the file being tried was named before.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX (1 << 20) /* longer files are cut to this */
#define CUTS 8
#define FLIPS 64           /* bytes changed in one seed, spread evenly over it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The target gets a copy of exactly that size, so that a sanitizer sees any look beyond. */
static unsigned long feed(const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy)
        abort();
    if (n)
        memcpy(copy, p, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    return 1;
}

static unsigned long feed_cut(const uint8_t *p, size_t n)
{
    unsigned long inputs = 0;
    for (size_t i = 0; i < CUTS && n; i++)
        inputs += feed(p, n * i / CUTS);
    return inputs;
}

/* Each chosen byte once with one bit changed, once all zeroes and once all ones. */
static unsigned long feed_changed(uint8_t *p, size_t n)
{
    unsigned long inputs = 0;
    size_t flips = n < FLIPS ? n : FLIPS;
    for (size_t i = 0; i < flips; i++) {
        size_t at = n * i / flips;
        uint8_t was = p[at];
        const uint8_t changed[] = { (uint8_t)(was ^ 1u << i % 8), 0x00, 0xff };
        for (size_t k = 0; k < sizeof changed; k++) {
            p[at] = changed[k];
            inputs += feed(p, n);
        }
        p[at] = was;
    }
    return inputs;
}

static unsigned long seed_run(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        printf("Bail out! %s can't be opened\n", path);
        exit(99);
    }
    uint8_t *p = malloc(SEED_MAX);
    if (!p)
        abort();
    size_t n = fread(p, 1, SEED_MAX, f);
    fclose(f);
    /* Written at once, for a crash would lose what is only buffered. */
    printf("# %s\n", path);
    fflush(stdout);
    unsigned long inputs = feed(p, n) + feed_cut(p, n) + feed_changed(p, n);
    free(p);
    return inputs;
}

/* Runs all files of the directory; how many there were. */
static unsigned directory_run(const char *directory, unsigned long *inputs)
{
    struct dirent **entry = NULL;
    int n = scandir(directory, &entry, NULL, alphasort);
    unsigned seeds = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", directory, entry[i]->d_name);
        if (entry[i]->d_name[0] != '.' && length > 0 && (size_t)length < sizeof path) {
            *inputs += seed_run(path);
            seeds++;
        }
        free(entry[i]);
    }
    free(entry);
    return seeds;
}

/* The program's name without its directory, and without what libtool may put before it. */
static const char *target_name(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');
    const char *name = slash ? slash + 1 : argv0;
    return strncmp(name, "lt-", 3) == 0 ? name + 3 : name;
}

int main(int argc, char **argv)
{
    const char *name = target_name(argv[0]), *top = getenv("abs_top_srcdir");
    char directory[3072];
    int length = argc > 1 ? snprintf(directory, sizeof directory, "%s", argv[1])
                          : snprintf(directory, sizeof directory, "%s/tests/fuzz/seeds/%s",
                                     top ? top : ".", name);
    printf("1..1\n");
    unsigned long inputs = 0;
    unsigned seeds = 0;
    if (length > 0 && (size_t)length < sizeof directory)
        seeds = directory_run(directory, &inputs);
    if (seeds == 0) {
        printf("not ok 1 - %s: no seed in %s\n", name, directory);
        return 1;
    }
    printf("ok 1 - %s: %u seeds, %lu inputs\n", name, seeds, inputs);
    return 0;
}
