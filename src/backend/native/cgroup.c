/* SPDX-License-Identifier: MIT */
/* A cgroup for one sandbox, and its keeper: a process that outlives the executor by as long as it
 * takes to remove the directories, so that kill -9 of the executor leaves none. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/native/limits.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"

unsigned native_cgroup_holds(const struct native_cgroup *cgroup)
{
    unsigned holds = 0;

    for (size_t i = 0; i < cgroup->count; i++)
        holds |= cgroup->parts[i].holds;
    return holds;
}

/* Removes each directory as soon as the last process in it is gone; gives up after ten seconds
 * each. */
static void remove_directories(const struct native_cgroup *cgroup)
{
    const struct timespec pause = { .tv_nsec = 2000000 };

    for (size_t i = 0; i < cgroup->count; i++)
        for (int tries = 0; tries < 5000; tries++) {
            if (unlinkat(cgroup->parts[i].parent, cgroup->name, AT_REMOVEDIR) == 0 ||
                errno == ENOENT)
                break;
            (void)nanosleep(&pause, NULL);
        }
}

_Noreturn static void keep(const struct native_cgroup *cgroup, int pipe_end)
{
    char byte;
    int highest = pipe_end;
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    (void)setsid();
    (void)prctl(PR_SET_NAME, "mxc-keeper", 0, 0, 0);
    for (size_t i = 0; i < cgroup->count; i++)
        highest = cgroup->parts[i].parent > highest ? cgroup->parts[i].parent : highest;
    (void)mxc_sys_close_range(0, 2, 0);
    (void)mxc_sys_close_range((unsigned)highest + 1, ~0u, 0);
    for (size_t i = 0; i < cgroup->count; i++)
        native_cgroup_sweep(cgroup->parts[i].parent);
    while (read(pipe_end, &byte, 1) < 0 && errno == EINTR)
        ;
    remove_directories(cgroup);
    _exit(0);
}

/* Started before the directories are made, so that there is no moment at which one has no
 * keeper. */
static int start_keeper(struct native_cgroup *cgroup, struct mxc_err *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return native_fail(err, "pipe2", "make", "pipe");
    cgroup->keeper = fork();
    if (cgroup->keeper == 0) {
        (void)close(ends[1]);
        keep(cgroup, ends[0]);
    }
    (void)close(ends[0]);
    cgroup->keeper_pipe = ends[1];
    if (cgroup->keeper < 0)
        return native_fail(err, "fork", "start", "cgroup keeper");
    return 0;
}

struct setting {
    unsigned holds;
    int version;
    const char *file;
    const char *text; /* what is written, or what follows the value */
    size_t value;     /* offset in struct native_limits, or NONE */
    uint64_t factor;
    bool may_lack; /* a kernel without swap accounting has no such file */
};

#define NONE       SIZE_MAX
#define OF(member) offsetof(struct native_limits, member)

static const struct setting settings[] = {
    { NATIVE_HOLDS_MEMORY, 2, "memory.max", "", OF(memory), 1, false },
    { NATIVE_HOLDS_MEMORY, 2, "memory.swap.max", "0", NONE, 1, true },
    { NATIVE_HOLDS_MEMORY, 2, "memory.oom.group", "1", NONE, 1, true },
    { NATIVE_HOLDS_PIDS, 2, "pids.max", "", OF(processes), 1, false },
    { NATIVE_HOLDS_CPU, 2, "cpu.max", " 100000", OF(cpu_percent), 1000, false },
    { NATIVE_HOLDS_MEMORY, 1, "memory.limit_in_bytes", "", OF(memory), 1, false },
    { NATIVE_HOLDS_MEMORY, 1, "memory.memsw.limit_in_bytes", "", OF(memory), 1, true },
    { NATIVE_HOLDS_PIDS, 1, "pids.max", "", OF(processes), 1, false },
    { NATIVE_HOLDS_CPU, 1, "cpu.cfs_period_us", "100000", NONE, 1, false },
    { NATIVE_HOLDS_CPU, 1, "cpu.cfs_quota_us", "", OF(cpu_percent), 1000, false },
};

static uint64_t value_of(const struct native_limits *limits, const struct setting *row)
{
    uint64_t value = *(const uint64_t *)(const void *)((const char *)limits + row->value);

    if (strcmp(row->file, "pids.max") != 0)
        return value * row->factor;
    /* init is a process of the cgroup as well, and of v2's the helper */
    return value + 1 + (row->version == 2 && limits->helper);
}

int native_cgroup_fill(const struct native_cgroup *cgroup, const struct native_cgroup_part *part,
                       const struct native_limits *limits, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct setting *row = &settings[i];
        char text[64];

        if (!(row->holds & part->holds) || row->version != cgroup->version)
            continue;
        if (row->value == NONE)
            (void)snprintf(text, sizeof text, "%s", row->text);
        else
            (void)snprintf(text, sizeof text, "%llu%s", (unsigned long long)value_of(limits, row),
                           row->text);
        if (mxc_sys_write_at(part->dir, row->file, text) < 0 && !(row->may_lack && errno == ENOENT))
            return native_fail(err, "write", "set the cgroup's", row->file);
    }
    return 0;
}

static unsigned wanted_by(const struct native_limits *limits)
{
    unsigned wanted = 0;

    if (limits->memory)
        wanted |= NATIVE_HOLDS_MEMORY;
    if (limits->cpu_percent)
        wanted |= NATIVE_HOLDS_CPU;
    /* The default ceiling is a resource limit: exact, and without directories to make. */
    if (limits->processes && !limits->processes_default)
        wanted |= NATIVE_HOLDS_PIDS;
    return wanted;
}

int native_cgroup_make(const struct native_limits *limits, struct native_cgroup *out,
                       struct mxc_err *err)
{
    struct timespec now;
    unsigned wanted = wanted_by(limits);

    *out = (struct native_cgroup){ .keeper_pipe = -1 };
    if (!wanted || native_cgroup_find(wanted, out) < 0)
        return 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(out->name, sizeof out->name, "mxc-%d-%lld%09ld", (int)getpid(),
                   (long long)now.tv_sec, now.tv_nsec);
    if (start_keeper(out, err) < 0)
        return -1;
    for (size_t i = 0; i < out->count; i++) {
        struct native_cgroup_part *part = &out->parts[i];

        if (mkdirat(part->parent, out->name, 0755) < 0)
            return native_fail(err, "mkdirat", "make the cgroup", out->name);
        part->dir = openat(part->parent, out->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (part->dir < 0)
            return native_fail(err, "openat", "open the cgroup", out->name);
        if (native_cgroup_fill(out, part, limits, err) < 0)
            return -1;
    }
    return 0;
}

int native_cgroup_clone_fd(const struct native_cgroup *cgroup)
{
    return cgroup->version == 2 ? cgroup->parts[0].dir : -1;
}

/* Into the parts that hold one of these. */
static int join(const struct native_cgroup *cgroup, pid_t pid, unsigned holds, struct mxc_err *err)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%d", (int)pid);
    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->parts[i].holds & holds &&
            mxc_sys_write_at(cgroup->parts[i].dir, "cgroup.procs", text) < 0)
            return native_fail(err, "write", "enter the cgroup", cgroup->name);
    return 0;
}

int native_cgroup_join(const struct native_cgroup *cgroup, pid_t pid, struct mxc_err *err)
{
    return cgroup->version == 1 ? join(cgroup, pid, ~0u, err) : 0;
}

int native_cgroup_join_helper(const struct native_cgroup *cgroup, pid_t pid, struct mxc_err *err)
{
    return join(cgroup, pid, cgroup->version == 1 ? NATIVE_HOLDS_CPU : ~0u, err);
}

/* The number after 'key' in a file of the part that holds 'bit'; key "" is the first number. */
static uint64_t counter(const struct native_cgroup *cgroup, unsigned bit, const char *file,
                        const char *key)
{
    char text[1024];
    const char *at = text;

    for (size_t i = 0; i < cgroup->count; i++) {
        if (!(cgroup->parts[i].holds & bit) || cgroup->parts[i].dir < 0)
            continue;
        if (mxc_sys_read_at(cgroup->parts[i].dir, file, text, sizeof text) <= 0)
            return 0;
        if (*key)
            at = strstr(text, key);
        return at ? strtoull(at + strlen(key), NULL, 10) : 0;
    }
    return 0;
}

uint64_t native_cgroup_oom_kills(const struct native_cgroup *cgroup)
{
    const char *file = cgroup->version == 2 ? "memory.events" : "memory.oom_control";

    return counter(cgroup, NATIVE_HOLDS_MEMORY, file, "oom_kill ");
}

uint64_t native_cgroup_pids_refused(const struct native_cgroup *cgroup)
{
    return counter(cgroup, NATIVE_HOLDS_PIDS, "pids.events", "max ");
}

/* v2 ends the whole group by itself (memory.oom.group). */
int native_cgroup_watch_oom(const struct native_cgroup *cgroup)
{
    for (size_t i = 0; cgroup->version == 1 && i < cgroup->count; i++) {
        char text[32];
        auto_close int event = -1;
        auto_close int file = -1;

        if (!(cgroup->parts[i].holds & NATIVE_HOLDS_MEMORY))
            continue;
        event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        file = openat(cgroup->parts[i].dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
        (void)snprintf(text, sizeof text, "%d %d", event, file);
        if (event >= 0 && file >= 0 &&
            mxc_sys_write_at(cgroup->parts[i].dir, "cgroup.event_control", text) == 0)
            return mxc_take_fd(&event);
    }
    return -1;
}

uint64_t native_cgroup_peak(const struct native_cgroup *cgroup)
{
    const char *file = cgroup->version == 2 ? "memory.peak" : "memory.max_usage_in_bytes";

    return counter(cgroup, NATIVE_HOLDS_MEMORY, file, "");
}

void native_cgroup_done(struct native_cgroup *cgroup)
{
    if (cgroup->keeper_pipe >= 0)
        (void)close(cgroup->keeper_pipe);
    cgroup->keeper_pipe = -1;
    if (cgroup->keeper > 0)
        while (waitpid(cgroup->keeper, NULL, 0) < 0 && errno == EINTR)
            ;
    cgroup->keeper = 0;
    remove_directories(cgroup); /* nothing is left to do, unless the keeper was killed */
    for (size_t i = 0; i < cgroup->count; i++) {
        mxc_auto_close(&cgroup->parts[i].parent);
        mxc_auto_close(&cgroup->parts[i].dir);
    }
    cgroup->count = 0;
}
