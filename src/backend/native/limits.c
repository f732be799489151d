/* SPDX-License-Identifier: MIT */
/* Limits of a plan as numbers and as resource limits. */
#include <errno.h>
#include <string.h>

#include "backend/native/limits.h"

#define MEBIBYTE (1ull << 20)

static const struct {
    const char *name;
    size_t offset;
    uint64_t unit;
} rows[] = {
    { "memoryMb", offsetof(struct native_limits, memory), MEBIBYTE },
    { "processes", offsetof(struct native_limits, processes), 1 },
    { "cpuPercent", offsetof(struct native_limits, cpu_percent), 1 },
    { "openFiles", offsetof(struct native_limits, open_files), 1 },
    { "fileSizeMb", offsetof(struct native_limits, file_size), MEBIBYTE },
    { "tmpMb", offsetof(struct native_limits, tmp), MEBIBYTE },
    { "outputMb", offsetof(struct native_limits, output), MEBIBYTE },
};

void native_limits_read(const struct mxc_plan *plan, struct native_limits *out)
{
    *out = (struct native_limits){ 0 };
    for (size_t i = 0; i < plan->count; i++) {
        const struct mxc_step *step = &plan->steps[i];

        for (size_t k = 0; step->kind == MXC_STEP_LIMIT && k < sizeof rows / sizeof *rows; k++)
            if (strcmp(rows[k].name, step->from) == 0)
                *(uint64_t *)(void *)((char *)out + rows[k].offset) = step->size * rows[k].unit;
        if (step->kind == MXC_STEP_LIMIT && strcmp(step->from, "processes") == 0)
            out->processes_default = step->flags & MXC_STEP_DEFAULT;
    }
}

static void add(struct native_job *job, int resource, uint64_t value)
{
    job->rlimits[job->rlimit_count++] = (struct native_rlimit){ resource, (rlim_t)value };
}

static int refuse_cpu(struct mxc_err *err)
{
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/limits/cpuPercent",
                    "a cpu limit needs a writable cgroup with the cpu controller; run as root, or "
                    "under a delegated cgroup (systemd-run --user --scope -p Delegate=yes)");
}

int native_limits_check(const struct native_limits *limits, struct mxc_err *err)
{
    struct native_cgroup cgroup = { .keeper_pipe = -1 };
    struct rlimit files;

    if (limits->open_files && getrlimit(RLIMIT_NOFILE, &files) == 0 &&
        limits->open_files > files.rlim_max)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/limits/openFiles",
                        "%llu open files are more than this user may have (%llu)",
                        (unsigned long long)limits->open_files, (unsigned long long)files.rlim_max);
    if (!limits->cpu_percent)
        return 0;
    (void)native_cgroup_find(NATIVE_HOLDS_CPU, &cgroup);
    native_cgroup_done(&cgroup);
    return cgroup.version ? 0 : refuse_cpu(err);
}

int native_limits_apply(const struct native_limits *limits, unsigned holds, struct native_job *job,
                        struct mxc_err *err)
{
    if (limits->cpu_percent && !(holds & NATIVE_HOLDS_CPU))
        return refuse_cpu(err);
    /* At 1 the kernel neither writes a core file nor starts the host's handler; at 0 it starts
     * it. */
    add(job, RLIMIT_CORE, 1);
    /* No real-time class and no higher priority, whatever the caller may have. */
    add(job, RLIMIT_RTPRIO, 0);
    add(job, RLIMIT_NICE, 0);
    /* Counted for each user namespace since 5.14, so it is exact for one sandbox. One for init. */
    if (limits->processes && !(holds & NATIVE_HOLDS_PIDS))
        add(job, RLIMIT_NPROC, limits->processes + 1);
    if (limits->file_size)
        add(job, RLIMIT_FSIZE, limits->file_size);
    if (limits->open_files)
        add(job, RLIMIT_NOFILE, limits->open_files);
    return 0;
}
