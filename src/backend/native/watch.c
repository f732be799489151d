/* SPDX-License-Identifier: MIT */
/* The memory watcher: where no cgroup can be had, the resident memory of all processes of the
 * sandbox is added up every 20 ms, and the run ended when it passes the limit. Weaker than a
 * cgroup, and the result says so: memory that no process has mapped (files in /tmp, memory files)
 * does not count here; the private directories have their own limit. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "backend/native/native_run.h"
#include "base/auto.h"
#include "sys/linux/read.h"

#define INTERVAL_NS 20000000

int native_watch_start(struct mxc_run *run, struct mxc_err *err)
{
    const struct itimerspec every = { { 0, INTERVAL_NS }, { 0, INTERVAL_NS } };

    run->watch_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (run->watch_timer < 0 || timerfd_settime(run->watch_timer, 0, &every, NULL) < 0)
        return native_fail(err, "timerfd", "start", "memory watcher");
    return 0;
}

static uint64_t resident_bytes(int proc, const char *process)
{
    char path[300], text[128];
    unsigned long total, resident;

    (void)snprintf(path, sizeof path, "%s/statm", process);
    if (mxc_sys_read_at(proc, path, text, sizeof text) <= 0 ||
        sscanf(text, "%lu %lu", &total, &resident) != 2)
        return 0;
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* UINT64_MAX when it cannot be counted: a limit that nobody watches is none. */
static uint64_t sum_resident(int proc)
{
    int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    uint64_t sum = 0;

    if (!dir) {
        mxc_auto_close(&fd);
        return UINT64_MAX;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            sum += resident_bytes(proc, entry->d_name);
    (void)closedir(dir);
    return sum;
}

void native_watch_sample(struct mxc_run *run)
{
    uint64_t times, sum;

    (void)!read(run->watch_timer, &times, sizeof times);
    if (run->ended)
        return;
    sum = sum_resident(run->proc);
    if (sum == UINT64_MAX) {
        run->unwatched = errno;
        native_supervise_kill(run);
        return;
    }
    if (sum > run->peak_memory)
        run->peak_memory = sum;
    if (sum > run->limits.memory && !run->over_memory) {
        run->over_memory = true;
        native_supervise_kill(run);
    }
}
