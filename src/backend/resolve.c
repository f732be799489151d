/* SPDX-License-Identifier: MIT */
/* Asking for a name's addresses in a process of its own. */
#include "backend/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/network.h"
#include "base/auto.h"
#include "policy/cidr.h"
#include "sys/linux/clock.h"
#include "sys/linux/kernel.h"

#define WAIT_MS 6000
#define MOST    16
#define ROOM    4096

#define NOT_STARTED 127

/* 0 when there is something to read, or the end. */
static int wait_for(int fd, int64_t until_ms)
{
    struct pollfd poller = { .fd = fd, .events = POLLIN };
    int64_t left = until_ms - mxc_sys_now_ms();
    int ready = left > 0 ? poll(&poller, 1, (int)left) : 0;

    if (ready < 0)
        return errno == EINTR ? wait_for(fd, until_ms) : errno;
    return ready ? 0 : ETIMEDOUT;
}

/* All that is said until the end, as text. */
static int read_all(int fd, int wait_ms, char out[ROOM])
{
    int64_t until_ms = mxc_sys_now_ms() + wait_ms;
    size_t length = 0;

    for (;;) {
        int error = wait_for(fd, until_ms);
        ssize_t got = error ? -1 : read(fd, out + length, ROOM - length);

        if (error)
            return error;
        if (got < 0)
            return errno;
        if (!got)
            break;
        length += (size_t)got;
        if (length == ROOM)
            return EPROTO;
    }
    out[length] = '\0';
    return memchr(out, '\0', length) || (length && out[length - 1] != '\n') ? EPROTO : 0;
}

/* A network would open more than an address. */
static bool take_address(const char *line, struct mxc_cidr *out)
{
    return !strchr(line, '/') && mxc_cidr_parse(line, out) == MXC_CIDR_OK;
}

static int read_addresses(char *text, struct mxc_cidr found[MOST], size_t *count)
{
    struct mxc_cidr next;

    for (char *line = strsep(&text, "\n"); text; line = strsep(&text, "\n")) {
        if (!take_address(line, &next))
            return EPROTO;
        if (*count < MOST)
            found[(*count)++] = next;
    }
    return *count ? 0 : ENOENT;
}

_Noreturn static void become_program(const char *const argv[], int answer, pid_t caller)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == caller &&
        dup2(answer, STDOUT_FILENO) >= 0 &&
        mxc_sys_close_range(3, ~0u, 0) == 0) /* ours are none of its business */
        (void)execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(NOT_STARTED);
}

/* Starts the program; '*out' is what it says. */
static int start(const char *const argv[], pid_t *child, int *out)
{
    pid_t caller = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    *child = fork();
    if (*child == 0)
        become_program(argv, ends[1], caller);
    if (*child < 0) {
        int error = errno;

        (void)close(ends[0]);
        (void)close(ends[1]);
        return error;
    }
    (void)close(ends[1]);
    *out = ends[0];
    return 0;
}

/* Ends it; was it the program at all? */
static bool end(pid_t child)
{
    int status = 0;

    (void)kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return !WIFEXITED(status) || WEXITSTATUS(status) != NOT_STARTED;
}

int mxc_resolve_name(const struct mxc_resolve *resolve, struct mxc_arena *arena, const char *name,
                     struct mxc_cidr **out, size_t *count)
{
    const char *const argv[] = { resolve->program, "resolve", name, NULL };
    struct mxc_cidr *found = mxc_arena_alloc(arena, MOST * sizeof *found);
    auto_close int answer = -1;
    char text[ROOM];
    size_t length = 0;
    pid_t child = -1;
    int error;

    if (!found)
        return ENOMEM;
    if (!resolve->program)
        return ENOSYS;
    error = start(argv, &child, &answer);
    if (error)
        return error;
    error = read_all(answer, resolve->wait_ms, text);
    if (!end(child))
        error = ENOEXEC;
    if (!error)
        error = read_addresses(text, found, &length);
    if (error)
        return error;
    *out = found;
    *count = length;
    return 0;
}

int mxc_net_resolve(void *context, struct mxc_arena *arena, const char *name, struct mxc_cidr **out,
                    size_t *count)
{
    const struct mxc_resolve resolve = { mxc_net_program(), WAIT_MS };

    (void)context;
    return mxc_resolve_name(&resolve, arena, name, out, count);
}
