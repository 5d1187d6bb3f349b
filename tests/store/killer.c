/* Counts the calls by which a program changes files under one folder, and kills it before the K-th.
 *
 * KILL_IN     the folder
 * KILL_AT     K; without it the calls are only counted
 * KILL_TORN   when set, the first half of a K-th write still reaches the file
 * KILL_TOTAL  a file that gets a line "process calls" when the program ends by itself
 *
 * It sees what the program asks of the kernel, so it stands for `kill -9`; a power cut also loses what
 * was written and not synced, and that it cannot show.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static long calls;

static int inside(const char *path) {
    const char *folder = getenv("KILL_IN");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int open_inside(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    return inside(path);
}

/* Say whether this is the K-th call. */
static int last(void) {
    const char *at = getenv("KILL_AT");
    long number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    return at && number == atol(at);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

__attribute__((destructor)) static void total(void) {
    const char *path = getenv("KILL_TOTAL");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) fprintf(file, "%d %ld\n", getpid(), calls), fclose(file);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define ON_FILE(result, name, declared, file, ...)                      \
    result name declared {                                              \
        if (open_inside(file) && last()) die();                         \
        return REAL(name)(__VA_ARGS__);                                 \
    }
#define ON_PATH(result, name, declared, path, ...)                      \
    result name declared {                                              \
        if (inside(path) && last()) die();                              \
        return REAL(name)(__VA_ARGS__);                                 \
    }
#define WRITES(name, declared, ...)                                     \
    ssize_t name declared {                                             \
        if (open_inside(file) && last()) {                              \
            size /= 2;                                                  \
            if (getenv("KILL_TORN")) (void)!REAL(name)(__VA_ARGS__);    \
            die();                                                      \
        }                                                               \
        return REAL(name)(__VA_ARGS__);                                 \
    }
#define OPENS(name, declared, ...)                                      \
    int name declared {                                                 \
        va_list rest;                                                   \
        va_start(rest, flags);                                          \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                   \
        if (flags & (O_CREAT | O_TRUNC) && inside(path) && last()) die(); \
        return REAL(name)(__VA_ARGS__, flags, mode);                    \
    }

WRITES(write, (int file, const void *data, size_t size), file, data, size)
WRITES(pwrite, (int file, const void *data, size_t size, off_t at), file, data, size, at)
WRITES(pwrite64, (int file, const void *data, size_t size, off64_t at), file, data, size, at)
ON_FILE(ssize_t, sendfile, (int file, int from, off_t *at, size_t size), file, file, from, at, size)
ON_FILE(ssize_t, sendfile64, (int file, int from, off64_t *at, size_t size), file, file, from, at, size)
ON_FILE(int, fsync, (int file), file, file)
ON_FILE(int, fdatasync, (int file), file, file)
ON_FILE(int, ftruncate, (int file, off_t size), file, file, size)
ON_FILE(int, ftruncate64, (int file, off64_t size), file, file, size)
ON_PATH(int, rename, (const char *path, const char *to), path, path, to)
ON_PATH(int, unlink, (const char *path), path, path)
ON_PATH(int, rmdir, (const char *path), path, path)
ON_PATH(int, mkdir, (const char *path, mode_t mode), path, path, mode)
OPENS(open, (const char *path, int flags, ...), path)
OPENS(open64, (const char *path, int flags, ...), path)
OPENS(openat, (int folder, const char *path, int flags, ...), folder, path)
OPENS(openat64, (int folder, const char *path, int flags, ...), folder, path)
