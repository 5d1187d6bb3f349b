/* Stands between a program and the kernel where the program changes files under one folder (LD_PRELOAD).
 *
 * SHIM_IN     the folder
 * SHIM_COUNT  a file of 8 bytes: the changes so far, of the program and of those it starts
 * SHIM_DO     what is done with the change numbered SHIM_AT; until SHIM_TO (none: for ever) with those after it
 *   kill      the process dies before it; with SHIM_TORN the first half of a write still reaches the file
 *   fail      it fails with the number SHIM_ERRNO; with SHIM_TORN a write takes its first half, the next fails
 *   lie       a write is said to be done, and is not: the control of a disk that fails
 *   shift     from it on the clock goes wrong by SHIM_SHIFT seconds
 * SHIM_LOG    a file that takes every change with its bytes, and what is written to the standard output
 *
 * It sees what the program asks of the kernel; what is changed through a mapping it does not see, nor what the
 * C library flushes by itself (it sees fwrite instead). power.py reads the log.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define PATH 4096

enum { GO, FAIL, LIE, HALF };

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? atol(text) : otherwise;
}

static int does(const char *what) {
    const char *text = getenv("SHIM_DO");
    return text && strcmp(text, what) == 0;
}

static int inside(const char *path) {
    const char *folder = getenv("SHIM_IN");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

/* Put the path of an open file into `path`; empty where it has none. */
static const char *path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH - 1);
    path[length > 0 ? length : 0] = 0;
    return path;
}

/* Put the path of a name in an open folder into `path`. */
static const char *path_at(int folder, const char *name, char *path) {
    if (folder == AT_FDCWD || name[0] == '/') return strncpy(path, name, PATH - 1);
    path_of(folder, path);
    size_t length = strlen(path);
    snprintf(path + length, PATH - length, "/%s", name);
    return path;
}

static long *counter(void) {
    static long *shared, own;
    const char *path = getenv("SHIM_COUNT");
    if (shared || !path) return shared ? shared : &own;
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR);
    void *at = file < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0) syscall(SYS_close, file);
    return shared = at == MAP_FAILED ? &own : at;
}

static int within(long count) {
    long at = number("SHIM_AT", 0);
    return at && count >= at && count <= number("SHIM_TO", count);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Count a change, and say what is to become of it. `grows` is 0 for one that a full disk still does. */
static int change(int grows) {
    long count = __atomic_add_fetch(counter(), 1, __ATOMIC_SEQ_CST);
    if (does("kill")) return count == number("SHIM_AT", 0) ? (getenv("SHIM_TORN") ? HALF : (die(), GO)) : GO;
    if (!within(count)) return GO;
    if (does("lie")) return LIE;
    if (!does("fail")) return GO;
    int what = number("SHIM_ERRNO", EIO);
    if (!grows && (what == ENOSPC || what == EDQUOT)) return GO;
    if (getenv("SHIM_TORN") && count == number("SHIM_AT", 0)) return HALF;
    return errno = what, FAIL;
}

/* --- The log: one record is one write, so that records of several processes do not mix. --- */

static void note(char kind, const char *path, int64_t at, const void *data, size_t size) {
    const char *log = getenv("SHIM_LOG");
    size_t length = strlen(path);
    if (!log || (length > 10 && strcmp(path + length - 10, " (deleted)") == 0)) return;
    int kept = errno, file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND);
    char *record = malloc(21 + length + size), *next = record;
    uint32_t long_path = length;
    uint64_t long_data = size;
    *next++ = kind;
    next = mempcpy(mempcpy(mempcpy(next, &long_path, 4), &at, 8), &long_data, 8);
    next = mempcpy(mempcpy(next, path, length), data, size);
    (void)!syscall(SYS_write, file, record, next - record);
    syscall(SYS_close, file);
    free(record);
    errno = kept;
}

static void note_pair(char kind, const char *path, const char *to) { note(kind, path, 0, to, strlen(to)); }

/* Note what a call has written that did not give its bytes: read them back. */
static void note_back(int file, const char *path, off64_t at, ssize_t size) {
    char link[64], *data = malloc(size);
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int back = syscall(SYS_openat, AT_FDCWD, link, O_RDONLY);
    ssize_t got = pread64(back, data, size, at);
    if (got > 0) note('w', path, at, data, got);
    syscall(SYS_close, back);
    free(data);
}

/* --- The calls. --- */

#define WRITES(name, declared, start, ...)                                \
    ssize_t name declared {                                               \
        char path[PATH];                                                  \
        if (!getenv("SHIM_IN")) return REAL(name)(__VA_ARGS__);           \
        if (file == 1 && getenv("SHIM_LOG")) note('a', "", 0, data, size); \
        if (!inside(path_of(file, path))) return REAL(name)(__VA_ARGS__); \
        int how = change(1);                                              \
        if (how == FAIL) return -1;                                       \
        if (how == LIE) return size;                                      \
        if (how == HALF) {                                                \
            size /= 2;                                                    \
            ssize_t half = size ? REAL(name)(__VA_ARGS__) : 0;            \
            if (does("kill")) die();                                      \
            if (half > 0) return half;                                    \
            return errno = number("SHIM_ERRNO", EIO), -1;                 \
        }                                                                 \
        ssize_t done = REAL(name)(__VA_ARGS__);                           \
        if (done > 0) note('w', path, start, data, done);                 \
        return done;                                                      \
    }

WRITES(write, (int file, const void *data, size_t size), lseek64(file, 0, SEEK_CUR) - done, file, data, size)
WRITES(pwrite, (int file, const void *data, size_t size, off_t at), at, file, data, size, at)
WRITES(pwrite64, (int file, const void *data, size_t size, off64_t at), at, file, data, size, at)

/* A change that is done whole, or not: where it is seen, whether a full disk fails it, what is noted of it. */
#define CHANGES(type, name, declared, finds, grows, noted, ...)            \
    type name declared {                                                  \
        char path[PATH] = "", other[PATH] = "";                           \
        (void)path, (void)other;                                          \
        if (!getenv("SHIM_IN") || !inside(finds)) return REAL(name)(__VA_ARGS__); \
        switch (change(grows)) {                                          \
        case FAIL: return -1;                                             \
        case HALF:                                                        \
            if (does("kill")) die();                                      \
            return errno = number("SHIM_ERRNO", EIO), -1;                 \
        }                                                                 \
        type done = REAL(name)(__VA_ARGS__);                              \
        if (done >= 0) noted;                                             \
        return done;                                                      \
    }

#define COPIES(name, declared, start, ...) \
    CHANGES(ssize_t, name, declared, path_of(file, path), 1, note_back(file, path, start, done), __VA_ARGS__)
#define HERE (lseek64(file, 0, SEEK_CUR) - done)
COPIES(sendfile, (int file, int from, off_t *at, size_t size), HERE, file, from, at, size)
COPIES(sendfile64, (int file, int from, off64_t *at, size_t size), HERE, file, from, at, size)
COPIES(copy_file_range, (int from, off64_t *read, int file, off64_t *at, size_t size, unsigned flags),
       at ? *at - done : HERE, from, read, file, at, size, flags)
COPIES(writev, (int file, const struct iovec *parts, int count), HERE, file, parts, count)
COPIES(pwritev, (int file, const struct iovec *parts, int count, off_t at), at, file, parts, count, at)
COPIES(pwritev64, (int file, const struct iovec *parts, int count, off64_t at), at, file, parts, count, at)

/* What was written before a sync began is safe once it has ended: both are noted. */
#define SYNCS(name) \
    CHANGES(int, name, (int file), (note('f', path_of(file, path), 0, "", 0), path), 1, note('F', path, 0, "", 0), \
            file)
SYNCS(fsync)
SYNCS(fdatasync)

#define CUTS(name, type) \
    CHANGES(int, name, (int file, type to), path_of(file, path), 0, note('t', path, to, "", 0), file, to)
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)
CHANGES(int, posix_fallocate, (int file, off_t at, off_t size), path_of(file, path), 1, (void)0, file, at, size)
CHANGES(int, posix_fallocate64, (int file, off64_t at, off64_t size), path_of(file, path), 1, (void)0, file, at, size)

#define FROM(folder, name) path_at(folder, name, path)
#define TO(folder, name) path_at(folder, name, other)
CHANGES(int, rename, (const char *a, const char *b), b, 1, note_pair('r', a, b), a, b)
CHANGES(int, renameat, (int at, const char *a, int to, const char *b), TO(to, b), 1,
        note_pair('r', FROM(at, a), other), at, a, to, b)
CHANGES(int, link, (const char *a, const char *b), b, 1, note_pair('l', a, b), a, b)
CHANGES(int, linkat, (int at, const char *a, int to, const char *b, int flags), TO(to, b), 1,
        note_pair('l', FROM(at, a), other), at, a, to, b, flags)
CHANGES(int, symlink, (const char *a, const char *b), b, 1, note_pair('s', b, a), a, b)
CHANGES(int, symlinkat, (const char *a, int to, const char *b), TO(to, b), 1, note_pair('s', other, a), a, to, b)
CHANGES(int, unlink, (const char *name), name, 0, note('u', name, 0, "", 0), name)
CHANGES(int, rmdir, (const char *name), name, 0, note('u', name, 0, "", 0), name)
CHANGES(int, unlinkat, (int at, const char *name, int flags), FROM(at, name), 0, note('u', path, 0, "", 0), at,
        name, flags)
CHANGES(int, mkdir, (const char *name, mode_t mode), name, 1, note('d', name, 0, "", 0), name, mode)
CHANGES(int, mkdirat, (int at, const char *name, mode_t mode), FROM(at, name), 1, note('d', path, 0, "", 0), at,
        name, mode)

static int opens(const char *path, int flags) {
    if (!getenv("SHIM_IN") || !inside(path) || strncmp(path, "/proc", 5) == 0) return GO;
    if (flags & O_TRUNC || (flags & O_CREAT && access(path, F_OK))) return change(1);
    /* A disk that cannot be written says so when a file is opened to be. */
    if (does("fail") && number("SHIM_ERRNO", 0) == EROFS && (flags & O_ACCMODE) != O_RDONLY && within(*counter()))
        return errno = EROFS, FAIL;
    return GO;
}

#define OPENS(name, declared, found, ...)                                   \
    int name declared {                                                     \
        char full[PATH] = "";                                               \
        (void)full;                                                         \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                       \
        int how = getenv("SHIM_IN") ? opens(found, flags) : GO;             \
        if (how == HALF && does("kill")) die();                             \
        if (how == FAIL || how == HALF) return errno = number("SHIM_ERRNO", EIO), -1; \
        int file = REAL(name)(__VA_ARGS__, flags, mode);                    \
        if (file >= 0 && getenv("SHIM_LOG") && flags & (O_CREAT | O_TRUNC) && inside(found)) \
            note(flags & O_TRUNC ? 'T' : 'c', found, 0, "", 0);             \
        return file;                                                        \
    }

OPENS(open, (const char *path, int flags, ...), path, path)
OPENS(open64, (const char *path, int flags, ...), path, path)
OPENS(openat, (int folder, const char *path, int flags, ...), path_at(folder, path, full), folder, path)
OPENS(openat64, (int folder, const char *path, int flags, ...), path_at(folder, path, full), folder, path)

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream) {
    char path[PATH];
    if (getenv("SHIM_IN") && fileno(stream) > 2 && inside(path_of(fileno(stream), path)))
        switch (change(1)) {
        case LIE: return count;
        case FAIL: return 0;
        case HALF:
            REAL(fwrite)(data, size, count / 2, stream);
            fflush(stream);
            if (does("kill")) die();
            return count / 2;
        }
    return REAL(fwrite)(data, size, count, stream);
}

/* --- The clock. --- */

static long shift(void) {
    return getenv("SHIM_IN") && does("shift") && within(*counter()) ? number("SHIM_SHIFT", 0) : 0;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = REAL(clock_gettime)(which, now);
    if (which == CLOCK_REALTIME) now->tv_sec += shift();
    return done;
}

time_t time(time_t *now) {
    time_t is = REAL(time)(NULL) + shift();
    return now ? *now = is : is;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int done = REAL(gettimeofday)(now, zone);
    now->tv_sec += shift();
    return done;
}
