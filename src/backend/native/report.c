/* SPDX-License-Identifier: MIT */
/* How a run ended and how each thing was enforced. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "backend/native/native_run.h"

__attribute__((format(printf, 3, 4))) static void note(struct mxc_exit *out, const char *what,
                                                       const char *format, ...)
{
    struct mxc_enforced *item = &out->enforced[out->enforced_count];
    va_list args;

    if (out->enforced_count == MXC_ENFORCED_MAX)
        return;
    out->enforced_count++;
    (void)snprintf(item->what, sizeof item->what, "%s", what);
    va_start(args, format);
    (void)vsnprintf(item->how, sizeof item->how, format, args);
    va_end(args);
}

static void note_limits(const struct mxc_run *run, struct mxc_exit *out)
{
    const struct native_limits *limits = &run->limits;
    unsigned holds = native_cgroup_holds(&run->cgroup);
    int version = run->cgroup.version;

    if (limits->memory && (holds & NATIVE_HOLDS_MEMORY))
        note(out, "limits.memoryMb", "cgroup v%d", version);
    else if (limits->memory)
        note(out, "limits.memoryMb", "watcher: resident memory, sampled every 20 ms");
    if (holds & NATIVE_HOLDS_PIDS)
        note(out, "limits.processes", "cgroup v%d", version);
    else if (limits->processes)
        note(out, "limits.processes", "rlimit of the user namespace");
    if (limits->cpu_percent)
        note(out, "limits.cpuPercent", "cgroup v%d", version);
    if (limits->open_files)
        note(out, "limits.openFiles", "rlimit of each process");
    if (limits->file_size)
        note(out, "limits.fileSizeMb", "rlimit of each process");
    note(out, "limits.tmpMb", "size of the tmpfs");
    if (limits->output)
        note(out, "limits.outputMb", "counted by the executor");
}

static void note_all(const struct mxc_run *run, struct mxc_exit *out)
{
    note(out, "namespaces", "user mount pid network ipc uts cgroup");
    if (!run->job.mapped)
        note(out, "ids", "the caller's");
    else if (run->job.foreign_grants)
        note(out, "ids", "unprivileged host range; %zu grants, or mounts below, not id-mappable",
             run->job.foreign_grants);
    else
        note(out, "ids", "unprivileged host range, grants id-mapped");
    note(out, "filesystem", "bind mounts by descriptor, read-only root");
    if (run->job.landlock_abi)
        note(out, "landlock", "abi %d", run->job.landlock_abi);
    else
        note(out, "landlock", "none: the kernel lacks it, or a filter forbids it");
    note(out, "seccomp", "allow-list");
    note(out, "capabilities", "none");
    note(out, "network", "%s",
         run->job.network ? "every flow passes mxc-net, which checks it by the rules"
                          : "empty namespace, loopback only");
    note_limits(run, out);
}

/* The program itself, or a command whose end the shell passed on. */
static bool ended_by(const struct mxc_run *run, int signal_number)
{
    if (WIFSIGNALED(run->status))
        return WTERMSIG(run->status) == signal_number;
    return WIFEXITED(run->status) && WEXITSTATUS(run->status) == 128 + signal_number;
}

static enum mxc_reason reason_of(const struct mxc_run *run)
{
    bool failed = !run->ended || !WIFEXITED(run->status) || WEXITSTATUS(run->status);

    if (run->interrupted)
        return MXC_REASON_INTERRUPTED;
    if (run->timed_out)
        return MXC_REASON_TIMEOUT;
    if (run->output.exceeded)
        return MXC_REASON_OUTPUT;
    if (run->over_memory || (failed && native_cgroup_oom_kills(&run->cgroup)))
        return MXC_REASON_OOM;
    if (failed && (run->tmp_full || (run->limits.file_size && ended_by(run, SIGXFSZ))))
        return MXC_REASON_DISK;
    if (failed && native_cgroup_pids_refused(&run->cgroup))
        return MXC_REASON_PIDS;
    return run->ended && WIFEXITED(run->status) ? MXC_REASON_EXIT : MXC_REASON_SIGNAL;
}

static uint64_t microseconds(const struct timespec *from, const struct timespec *to)
{
    return (uint64_t)((to->tv_sec - from->tv_sec) * 1000000 + (to->tv_nsec - from->tv_nsec) / 1000);
}

void native_report(const struct mxc_run *run, struct mxc_exit *out)
{
    const struct rusage *usage = &run->usage;
    uint64_t peak = native_cgroup_peak(&run->cgroup);

    *out = (struct mxc_exit){ .reason = reason_of(run) };
    if (run->ended && WIFEXITED(run->status))
        out->code = WEXITSTATUS(run->status);
    else
        out->signal = run->ended ? WTERMSIG(run->status) : SIGKILL;
    if (run->interrupted)
        out->signal = run->interrupted;
    if (run->executed.tv_sec) {
        out->setup_us = microseconds(&run->started, &run->executed);
        out->run_us = microseconds(&run->executed, &run->finished);
    }
    if (!peak)
        peak = run->peak_memory;
    out->peak_memory = peak;
    if (!native_cgroup_peak(&run->cgroup) && peak < (uint64_t)usage->ru_maxrss * 1024)
        out->peak_memory = (uint64_t)usage->ru_maxrss * 1024; /* of the largest process, at least */
    out->cpu_us = (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
                  (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
    out->cpu_unknown = !run->ended;
    note_all(run, out);
}
