/* SPDX-License-Identifier: MIT */
/* Cgroups that an earlier run left behind, because its executor and its keeper were killed
 * together: the next keeper removes them. Runs after a fork: system calls only. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "backend/native/limits.h"
#include "base/auto.h"

#define OLD_NS                                                                                     \
    60000000000ll /* set-up takes ten seconds at most; after it a directory in use is not empty */
#define LOOKED_AT 256 /* more are left to the next run */

/* Digits up to 'end'; -1 for anything else. */
static long long read_number(const char **at, char end)
{
    long long number = 0;
    const char *first = *at;

    for (; **at >= '0' && **at <= '9' && *at - first < 18; (*at)++)
        number = number * 10 + (**at - '0');
    return *at > first && *(*at)++ == end ? number : -1;
}

/* "mxc-PID-TIME" of a process that is no more. Somewhere else that pid may be alive, in a namespace
 * of its own, so the time must have passed as well; and the kernel removes no directory that is in
 * use. */
static bool is_left(const char *name, long long now)
{
    long long pid, made;

    if (strncmp(name, "mxc-", 4) != 0)
        return false;
    name += 4;
    pid = read_number(&name, '-');
    made = pid > 0 && pid < 1ll << 31 ? read_number(&name, '\0') : -1;
    return made >= 0 && now - made > OLD_NS && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

void native_cgroup_sweep(int parent)
{
    _Alignas(struct dirent64) char bytes[8192];
    struct timespec clock;
    long long now;
    int looked_at = 0;
    auto_close int dir = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)clock_gettime(CLOCK_MONOTONIC, &clock);
    now = clock.tv_sec * 1000000000ll + clock.tv_nsec;
    while (dir >= 0 && looked_at < LOOKED_AT) {
        long got = syscall(SYS_getdents64, dir, bytes, sizeof bytes);

        if (got <= 0)
            return;
        for (long at = 0; at < got;) {
            const struct dirent64 *entry = (const void *)(bytes + at);

            looked_at += strncmp(entry->d_name, "mxc-", 4) == 0;
            if (entry->d_type == DT_DIR && is_left(entry->d_name, now))
                (void)unlinkat(parent, entry->d_name, AT_REMOVEDIR);
            at += entry->d_reclen;
        }
    }
}
